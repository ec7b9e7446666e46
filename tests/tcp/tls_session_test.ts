import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { ConnectError } from "../../src/session/errors.ts";
import { ConnectionPool } from "../../src/tcp/pool.ts";
import type { TlsClientOptions, TlsServerOptions } from "../../src/tcp/tls.ts";
import { pattern, sha256, text, utf8 } from "../support/bytes.ts";
import { Happenings } from "../support/happenings.ts";
import { bounded, echo, Net, roundTrip } from "../support/net.ts";
import { ProxiedNet } from "../support/proxied_net.ts";
import {
  ca,
  client,
  otherCa,
  server,
  stranger,
} from "../support/tls/certificates.ts";
import { known, mutual } from "../support/tls/pair.ts";

for (
  const [name, listening, dialling] of [
    ["TLS", server, { caCerts: [ca] }],
    ["mutual TLS", mutual, known],
  ] as const
) {
  Deno.test(`connections go over ${name}`, bounded, async () => {
    await using net = new Net({
      serve: echo,
      listen: { tls: listening },
      pool: { tls: dialling },
    });
    const connections = [await net.connect(), await net.connect()];
    const bytes = pattern(1_000_000);
    for (const connection of connections) {
      await connection.send(bytes);
      const got = await connection.receive();
      assertEquals(sha256(got ?? new Uint8Array(0)), sha256(bytes));
    }
    assertEquals(net.pool.stats().sockets, 1);
    await net.pool.close();
  });

  Deno.test(
    `a session over ${name} goes on after cuts, and loses nothing`,
    bounded,
    async () => {
      await using net = new ProxiedNet({
        listen: { tls: listening },
        pool: { tls: dialling, backoff: { initialMs: 0 } },
      });
      const [here, there] = await net.pair();
      const messages = Array.from(
        { length: 40 },
        (_, i) => pattern(1 + i * 2000, i),
      );
      const sending = Promise.all([here, there].map(async (connection) => {
        for (const message of messages) await connection.send(message);
        await connection.closeWrite();
      }));
      net.proxy.cutAfter(300_000, "to_target");
      for (const connection of [there, here]) {
        let next = 0;
        for await (const message of connection) {
          assertEquals(sha256(message), sha256(messages[next++]!));
          if (next === 20) net.proxy.cut();
        }
        assertEquals(next, messages.length);
      }
      await sending;
      assert(net.listener.stats().resumes >= 2);
    },
  );

  Deno.test(
    `large messages over ${name} arrive in the buffer of their reader`,
    bounded,
    async () => {
      await using net = new ProxiedNet({
        listen: { tls: listening, windowBytes: 4_194_304 },
        pool: { tls: dialling, backoff: { initialMs: 0 } },
      });
      const [here, there] = await net.pair();
      await here.accepted;
      net.proxy.cutAfter(2_500_000, "to_target");
      const into = new Uint8Array(1_000_000);
      for (let i = 0; i < 5; i++) {
        const message = pattern(1_000_000, i);
        const sending = here.send(message);
        const received = await there.receive({ into });
        assertEquals(received?.buffer, into.buffer);
        assertEquals(sha256(into), sha256(message));
        await sending;
      }
    },
  );
}

Deno.test(
  "authenticate is shown the certificate that the peer has proved to own",
  bounded,
  async () => {
    await using net = new ProxiedNet({
      listen: {
        tls: mutual,
        authenticate: ({ certificate }) => certificate?.subject,
      },
      pool: { tls: known, backoff: { initialMs: 0 } },
    });
    const [here, there] = await net.pair();
    const { identity } = there;
    assert(identity?.includes("CN="), identity);
    net.proxy.cut();
    await here.send(utf8("the same one"));
    assertEquals(text(await there.receive()), "the same one");
  },
);

Deno.test(
  "a client without the right certificate is refused, and others are served",
  bounded,
  async () => {
    await using net = new Net({
      serve: echo,
      listen: { tls: mutual },
      pool: { tls: known },
    });
    const { address } = net.listener;
    for (const wrong of [{}, stranger]) {
      await using pool = new ConnectionPool(net.system, {
        tls: { ...wrong, caCerts: [ca] },
      });
      await assertRejects(() => pool.connect(address));
    }
    await using plain = new ConnectionPool(net.system);
    await assertRejects(() => plain.connect(address));
    await roundTrip(await net.connect());
    assertEquals(net.listener.stats().sessions, 1);
  },
);

Deno.test(
  "a server that is not trusted is a ConnectError, and a plain one too",
  bounded,
  async () => {
    await using net = new Net({ serve: echo, listen: { tls: server } });
    await using distrustful = new ConnectionPool(net.system, { tls: {} });
    await assertRejects(
      () => distrustful.connect(net.listener.address),
      ConnectError,
    );
    await using plain = new Net({ serve: echo });
    await using pool = new ConnectionPool(net.system, {
      tls: { ...client, caCerts: [ca] },
    });
    await assertRejects(() => pool.connect(plain.listener.address));
    await roundTrip(await plain.connect());
  },
);

Deno.test(
  "certificates are renewed while sessions go on, and a wrong one refuses a handshake alone",
  bounded,
  async () => {
    let ofServer: TlsServerOptions = { ...server, clientCaCerts: [otherCa] };
    let ofClient: TlsClientOptions = { ...stranger, caCerts: [ca] };
    const refusals = new Happenings<string>();
    await using net = new ProxiedNet({
      serve: echo,
      listen: {
        tls: () => ofServer,
        onPeerError: (error) => refusals.push(`${error}`),
      },
      pool: {
        tls: () => Promise.resolve(ofClient),
        backoff: { initialMs: 0, maxMs: 20 },
      },
    });
    const connection = await net.connect();
    await roundTrip(connection);
    // The authority that has signed the client's is not trusted any more.
    ofServer = mutual;
    await roundTrip(connection);
    net.proxy.cut();
    assertStringIncludes(await refusals.next(), "clientCaCerts");
    ofServer = { ...server, cert: "?" };
    while (!(await refusals.next()).includes("cert: it is not a certificate"));
    [ofServer, ofClient] = [mutual, known];
    await roundTrip(connection);
    assert(net.listener.stats().resumes >= 1);
  },
);
