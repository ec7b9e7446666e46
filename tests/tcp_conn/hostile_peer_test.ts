import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { ActorSystem } from "../../src/actor/system.ts";
import { SessionLostError } from "../../src/session/errors.ts";
import { MixedMessagesError } from "../../src/tcp_conn/errors.ts";
import { TcpConnPool } from "../../src/tcp_conn/pool.ts";
import {
  ProtocolError,
  TruncatedError,
} from "../../src/session/wire/errors.ts";
import { pattern, text, utf8 } from "../support/bytes.ts";
import { bounded } from "../support/net.ts";
import {
  chunk,
  echo,
  message,
  Net,
  RawPeer,
  RawServer,
  uuid,
} from "./support.ts";

const A = uuid(0xa);
const B = uuid(0xb);

Deno.test(
  "a peer written by hand is served, chunk by chunk",
  bounded,
  async () => {
    await using net = new Net({ serve: echo });
    using peer = await RawPeer.dial(net.listener.address);
    const whole = pattern(70_000);
    await peer.say(
      chunk({ id: A, totalBytes: 70_000, data: whole.subarray(0, 1) }),
      message(B, utf8("between")),
    );
    const between = await peer.hear();
    assertEquals([between?.id, text(between?.data)], [B, "between"]);
    await peer.say(
      chunk({ id: A, totalBytes: 70_000, data: whole.subarray(1, 65_000) }),
      chunk({ id: A, totalBytes: 70_000, data: whole.subarray(65_000) }),
    );
    const first = await peer.hear();
    assertEquals([first?.id, first?.totalBytes], [A, 70_000]);
    assertEquals(first?.data, whole.subarray(0, 65_536));
    assertEquals((await peer.hear())?.data, whole.subarray(65_536));
  },
);

Deno.test(
  "an empty message is one empty chunk, both ways",
  bounded,
  async () => {
    await using net = new Net({ serve: echo });
    using peer = await RawPeer.dial(net.listener.address);
    await peer.say(message(A, new Uint8Array(0)));
    assertEquals(await peer.hear(), {
      id: A,
      totalBytes: 0,
      data: new Uint8Array(0),
    });
  },
);

Deno.test(
  "a peer that closes its side gets its replies before the socket is closed",
  bounded,
  async () => {
    await using net = new Net({
      async serve(connection) {
        for await (const message of connection) {
          await connection.send(message).catch(() => {});
        }
      },
    });
    using peer = await RawPeer.dial(net.listener.address);
    await peer.say(message(A, utf8("last words")));
    assertEquals(text((await peer.hear())?.data), "last words");
    await peer.closeWrite();
    assertEquals(await peer.hear(), undefined);
    assertEquals(net.peerErrors.untaken, 0);
    assertEquals(net.failures.untaken, 0);
  },
);

for (
  const [what, bytes] of [
    ["another protocol", utf8("GET / HTTP/1.1\r\n\r\n")],
    [
      "a message of 4 GiB",
      chunk({ id: A, totalBytes: 2 ** 32 - 1, data: pattern(9) }),
    ],
    ["an id that is no UUID", message("x".repeat(36), pattern(1))],
  ] as const
) {
  Deno.test(
    `a peer that speaks of ${what} is cut off, and the others go on`,
    bounded,
    async () => {
      await using net = new Net({ serve: echo });
      using good = await RawPeer.dial(net.listener.address);
      await good.say(message(A, utf8("one")));
      await good.hear();
      using bad = await RawPeer.dial(net.listener.address);
      await bad.say(bytes);
      await bad.ended();
      assertInstanceOf(await net.peerErrors.next(), ProtocolError);
      await good.say(message(A, utf8("two")));
      assertEquals(text((await good.hear())?.data), "two");
    },
  );
}

for (
  const [where, bytes] of [
    ["chunk", message(A, pattern(9)).subarray(0, -1)],
    ["message", chunk({ id: A, totalBytes: 9, data: pattern(8) })],
  ] as const
) {
  Deno.test(
    `a socket that is closed in the middle of a ${where} is truncated`,
    bounded,
    async () => {
      await using net = new Net({ serve: echo });
      using peer = await RawPeer.dial(net.listener.address);
      await peer.say(bytes);
      await peer.closeWrite();
      assertInstanceOf(await net.peerErrors.next(), TruncatedError);
      await peer.ended();
    },
  );
}

Deno.test(
  "a peer that mixes messages of an id spoils that id alone",
  bounded,
  async () => {
    await using net = new Net();
    using peer = await RawPeer.dial(net.listener.address);
    await peer.say(chunk({ id: A, totalBytes: 9, data: pattern(4) }));
    const mixed = await net.served.next();
    await peer.say(
      chunk({ id: A, totalBytes: 7, data: pattern(4) }),
      message(B, utf8("fine")),
    );
    await assertRejects(() => mixed.receive(), MixedMessagesError);
    const other = await net.served.next();
    assertEquals(text(await other.receive()), "fine");
    assertEquals(net.failures.untaken, 0);
  },
);

Deno.test(
  "a server that closes ends all connections, including one that waits to read",
  bounded,
  async () => {
    await using system = new ActorSystem();
    await using pool = new TcpConnPool(system);
    using server = new RawServer();
    const accepted = server.accept();
    const one = await pool.connect(server.address);
    const other = await pool.connect(server.address);
    const peer = await accepted;
    await peer.say(message(one.id, utf8("bye")));
    const read = other.receive();
    assertEquals(text(await one.receive()), "bye");
    peer[Symbol.dispose]();
    await assertRejects(() => read, SessionLostError);
    await assertRejects(() => one.receive(), SessionLostError);
    const again = server.accept();
    const next = await pool.connect(server.address);
    using peerAgain = await again;
    await next.send(utf8("anew"));
    assertEquals(text((await peerAgain.hear())?.data), "anew");
  },
);

Deno.test(
  "nonsense from a server ends its connections with the cause",
  bounded,
  async () => {
    await using system = new ActorSystem();
    await using pool = new TcpConnPool(system);
    using server = new RawServer();
    const accepted = server.accept();
    const connection = await pool.connect(server.address);
    using peer = await accepted;
    await peer.say(utf8("220 mail.example.com ESMTP\r\n"));
    const error = await assertRejects(
      () => connection.receive(),
      SessionLostError,
    );
    assertInstanceOf(error.cause, ProtocolError);
  },
);

Deno.test(
  "an id that a client takes into use gets what the server says first",
  bounded,
  async () => {
    await using system = new ActorSystem();
    await using pool = new TcpConnPool(system);
    using server = new RawServer();
    const connecting = pool.connect(server.address, { id: A });
    using peer = await server.accept();
    await peer.say(message(B, utf8("for nobody")), message(A, utf8("hello")));
    const connection = await connecting;
    assertEquals(text(await connection.receive()), "hello");
    assertEquals(pool.stats().droppedBytes, "for nobody".length);
  },
);
