import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
} from "@std/assert";
import { equalSecrets } from "../../src/session/credentials.ts";
import {
  ConnectionRefusedError,
  HandshakeTimeoutError,
  ResumeLostError,
  SessionLostError,
} from "../../src/session/errors.ts";
import { ConnectionPool } from "../../src/tcp/pool.ts";
import type { PeerCredentials } from "../../src/session/accepted_sessions.ts";
import { encodeHello } from "../../src/session/wire/frame.ts";
import { ErrorCode, FrameType } from "../../src/session/wire/protocol.ts";
import { text, utf8 } from "../support/bytes.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { bounded, echo, Net, roundTrip } from "../support/net.ts";
import { ProxiedNet } from "../support/proxied_net.ts";
import { GOOD_HELLO, hello, RawPeer, RawServer } from "../support/raw_peer.ts";

const SECRET = "open sesame";

/** Knows one secret. */
function authenticate({ credentials }: PeerCredentials): string | undefined {
  return equalSecrets(credentials, utf8(SECRET)) ? "ali" : undefined;
}

Deno.test(
  "accept() is called with the id and the metadata, and decides what is served",
  bounded,
  async () => {
    const seen: (string | undefined)[] = [];
    await using net = new Net({
      serve: echo,
      listen: {
        accept({ id, metadata }) {
          seen.push(id, text(metadata));
          return true;
        },
      },
    });
    const metadata = utf8("for accounting");
    const connection = await net.connect({ id: "ledger", metadata });
    await connection.accepted;
    await roundTrip(connection);
    // It stays so, also for those who ask late.
    await connection.close();
    await connection.accepted;
    assertEquals(seen, ["ledger", "for accounting"]);
  },
);

Deno.test(
  "a refusal reaches its opener with its text, and no other",
  bounded,
  async () => {
    await using net = new Net({
      serve: echo,
      listen: {
        accept: ({ id }) => id === "good" || "Only good ones today",
      },
    });
    const good = await net.connect({ id: "good" });
    const bad = await net.connect({ id: "bad" });
    await bad.send(utf8("nobody reads this"));
    const error = await assertRejects(
      () => bad.accepted,
      ConnectionRefusedError,
      "Only good ones today",
    );
    assertEquals(error.code, ErrorCode.REFUSED);
    await assertRejects(() => bad.receive(), ConnectionRefusedError);
    await bad.closed;
    await good.accepted;
    await roundTrip(good);
  },
);

Deno.test(
  "`accepted` rejects when the connection ends before it is",
  bounded,
  async () => {
    using server = new RawServer();
    await using net = new Net();
    const connecting = net.pool.connect(server.address);
    using _ = await server.meet();
    const connection = await connecting;
    const { accepted } = connection;
    connection.reset();
    await assertRejects(() => accepted);
  },
);

Deno.test(
  "the identity that authenticate() returns is known where the peer is served",
  bounded,
  async () => {
    await using net = new Net({
      listen: { authenticate },
      pool: { credentials: utf8(SECRET) },
    });
    const [here, there] = await net.pair();
    assertEquals([here.identity, there.identity], [undefined, "ali"]);
  },
);

Deno.test(
  "an unknown peer is refused, and no error contains its secret",
  bounded,
  async () => {
    await using net = new Net({ serve: echo, listen: { authenticate } });
    const wrong = "open barley";
    const credentials = utf8(wrong);
    await using pool = new ConnectionPool(net.system, { credentials });
    const error = await assertRejects(
      () => pool.connect(net.listener.address),
      SessionLostError,
    );
    assertEquals(error.code, ErrorCode.UNAUTHORIZED);
    const reported = await net.peerErrors.next();
    for (const shown of [Deno.inspect(error), Deno.inspect(reported)]) {
      assert(!shown.includes(wrong) && !shown.includes(SECRET), shown);
      assert(!shown.includes(credentials.join(", ").slice(0, 12)), shown);
    }
    await net.until(() => net.listener.stats().sockets === 0);
    assertEquals(net.listener.stats().sessions, 0);
  },
);

for (
  const [what, check] of Object.entries({
    throws: (): string => {
      throw new Error("the database password is hunter2");
    },
    rejects: (): Promise<string> =>
      Promise.reject(new Error("the database password is hunter2")),
    "returns no name": (): string => "",
  })
) {
  Deno.test(
    `an authenticate() that ${what} ends that socket alone, and reveals nothing to its peer`,
    bounded,
    async () => {
      let good = true;
      await using net = new Net({
        serve: echo,
        listen: { authenticate: () => good ? "ali" : check() },
      });
      const before = await net.connect();
      good = false;
      await using pool = new ConnectionPool(net.system);
      const error = await assertRejects(
        () => pool.connect(net.listener.address),
        SessionLostError,
      );
      assertEquals(error.code, ErrorCode.INTERNAL);
      assert(!Deno.inspect(error).includes("hunter2"));
      const reported = await net.peerErrors.next();
      assertInstanceOf(reported, Error);
      assertInstanceOf(reported.cause, Error);
      await roundTrip(before);
      assertEquals(net.listener.stats().sessions, 1);
    },
  );
}

Deno.test(
  "an authenticate() that hangs ends that socket alone after handshakeMs, and its late result starts no session",
  bounded,
  async () => {
    const clock = new ManualClock();
    const asked = Promise.withResolvers<void>();
    const late = Promise.withResolvers<string>();
    let hangs = false;
    await using net = new Net({
      clock,
      serve: echo,
      listen: {
        authenticate: () => {
          if (!hangs) return "ali";
          asked.resolve();
          return late.promise;
        },
      },
    });
    const before = await net.connect();
    hangs = true;
    using peer = await RawPeer.dial(net.listener.address);
    await hello(FrameType.HELLO, {})(peer);
    await asked.promise;
    clock.advance(10_000);
    assertEquals((await peer.goAway())?.code, ErrorCode.TIMEOUT);
    assertInstanceOf(await net.peerErrors.next(), HandshakeTimeoutError);
    late.resolve("ali");
    await net.system.idle();
    clock.advance(10_000);
    await net.system.idle();
    assertEquals(net.listener.stats().sessions, 1);
    await roundTrip(before);
  },
);

Deno.test(
  "a peer that sends frames before its WELCOME is cut off, and the listener lives",
  bounded,
  async () => {
    const asked = Promise.withResolvers<void>();
    await using net = new Net({
      serve: echo,
      listen: {
        async authenticate({ credentials }) {
          if (credentials.length > 0) return "ali";
          await asked.promise;
          return undefined;
        },
      },
      pool: { credentials: utf8("let me in") },
    });
    using peer = await RawPeer.dial(net.listener.address);
    await peer.preface().frame(FrameType.HELLO, 0, encodeHello(GOOD_HELLO))
      .frame(FrameType.PING, 0, new Uint8Array(8)).flush();
    assertEquals((await peer.goAway())?.code, ErrorCode.PROTOCOL);
    // It is refused after its socket has ended, and nobody waits for that.
    asked.resolve();
    await net.system.idle();
    await roundTrip(await net.connect());
  },
);

Deno.test(
  "credentials that are a function are called for before each socket",
  bounded,
  async () => {
    let asked = 0;
    const shown: (string | undefined)[] = [];
    await using net = new ProxiedNet({
      listen: {
        authenticate({ credentials }) {
          shown.push(text(credentials));
          return "ali";
        },
      },
      pool: {
        credentials: () => utf8(`token ${++asked}`),
        backoff: { initialMs: 0 },
      },
    });
    const [here, there] = await net.pair();
    net.proxy.cut();
    await here.send(utf8("again"));
    assertEquals(text(await there.receive()), "again");
    assertEquals(shown, ["token 1", "token 2"]);
  },
);

Deno.test(
  "a session is not resumed by a peer with another identity, or with none",
  bounded,
  async () => {
    let name = "ali";
    await using net = new ProxiedNet({
      listen: { authenticate: ({ credentials }) => text(credentials) },
      pool: { credentials: () => utf8(name), backoff: { initialMs: 0 } },
    });
    const [here] = await net.pair();
    await here.accepted;
    name = "baba";
    net.proxy.cut();
    await assertRejects(() => here.receive(), ResumeLostError);
    const [, there] = await net.pair();
    assertEquals(there.identity, "baba");
  },
);

Deno.test(
  "credentials over 4 KiB are refused here, and cost no socket",
  bounded,
  async () => {
    await using net = new Net({
      pool: { credentials: new Uint8Array(4097) },
    });
    await assertRejects(() => net.connect(), RangeError, "4097");
    assertEquals(net.pool.stats().sockets, 0);
  },
);
