import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { X509Certificate } from "node:crypto";
import { connect } from "node:tls";
import { listenTcp } from "../../src/tcp/tcp_acceptor.ts";
import { ConnectError } from "../../src/session/errors.ts";
import {
  listenTls,
  type TlsClientOptions,
  type TlsServerOptions,
} from "../../src/tcp/tls.ts";
import {
  refuseClient,
  type TlsClient,
} from "../../src/tcp/tls_client_check.ts";
import { utf8 } from "../support/bytes.ts";
import { bounded } from "../support/net.ts";
import {
  ca,
  client,
  oldCa,
  otherCa,
  server,
  stranger,
} from "../support/tls/certificates.ts";
import { connectTls, mutual, never, TlsPair } from "../support/tls/pair.ts";

const one = (): Uint8Array => new Uint8Array(1);

/** What the first read of both sides says, of a handshake that fails. */
async function refusal(
  serverOptions: TlsServerOptions,
  clientOptions: TlsClientOptions,
): Promise<{ readonly ofServer: Error; readonly ofClient: Error }> {
  const acceptor = listenTls({ port: 0 }, serverOptions);
  const reading = assertRejects(async () => {
    const transport = await connectTls(acceptor.address, clientOptions, never);
    await transport.read(one()).finally(transport.close);
  }, ConnectError);
  const { transport } = await acceptor.accept();
  const ofServer = await assertRejects(
    () => transport.read(one()),
    ConnectError,
  );
  // Not before: the client hears of it though nobody closes the transport.
  const ofClient = await reading;
  transport.close();
  acceptor.close();
  return { ofServer, ofClient };
}

function assertSays(error: Error, text: string): void {
  assert(error.message.includes(text), `${error.message} has no "${text}"`);
  assert(error.cause instanceof Error);
}

for (
  const [who, shown, asking] of [
    ["a client", {}, server],
    ["a client that shows a certificate", client, mutual],
  ] as const
) {
  Deno.test(
    `${who} refuses a server of an unknown authority`,
    bounded,
    async () => {
      for (const caCerts of [[otherCa], []]) {
        const { ofClient, ofServer } = await refusal(asking, {
          ...shown,
          caCerts,
        });
        assertSays(ofClient, "pass that authority's certificate in caCerts");
        assertSays(ofServer, "give it caCerts");
      }
    },
  );

  Deno.test(
    `${who} refuses a server that has another name`,
    bounded,
    async () => {
      const acceptor = listenTls({ port: 0 }, asking);
      const options = { ...shown, caCerts: [ca], serverName: "wrong.test" };
      const refusing = assertRejects(
        () => connectTls(acceptor.address, options, never),
        ConnectError,
      );
      const { transport } = await acceptor.accept();
      // Not one byte comes: the end at best, where the name is checked last.
      assertEquals(await transport.read(one()).catch(() => null), null);
      assertSays(await refusing, "pass serverName");
      transport.close();
      acceptor.close();
    },
  );

  Deno.test(
    `${who} may give a name that is not in the address`,
    bounded,
    async () => {
      const acceptor = listenTls({ port: 0 }, asking);
      const options = { ...shown, caCerts: [ca], serverName: "localhost" };
      const dialing = connectTls(acceptor.address, options, never);
      const { transport } = await acceptor.accept();
      await transport.write(one());
      (await dialing).close();
      transport.close();
      acceptor.close();
    },
  );

  Deno.test(`${who} refuses a server that speaks no TLS`, bounded, async () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const answering = (async () => {
      using socket = await listener.accept();
      await socket.write(new TextEncoder().encode("HTTP/1.1 400 Bad\r\n\r\n"));
      for (const buffer = one(); await socket.read(buffer) !== null;);
    })().catch(() => {});
    const { port } = listener.addr;
    const options = { ...shown, caCerts: [ca] };
    const error = await assertRejects(
      () => connectTls({ port }, options, never),
      ConnectError,
    );
    assertSays(error, "the server does not speak TLS");
    await answering;
  });

  Deno.test(`${who} can give up in the handshake`, bounded, async () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const abort = new AbortController();
    const options = { ...shown, caCerts: [ca] };
    const { port } = listener.addr;
    const dialing = assertRejects(
      () => connectTls({ port }, options, abort.signal),
      Error,
      "enough",
    );
    using socket = await listener.accept();
    await socket.read(one());
    abort.abort(new Error("enough"));
    await dialing;
  });
}

Deno.test(
  "a client without a certificate is refused, and its error says why",
  bounded,
  async () => {
    const { ofClient, ofServer } = await refusal(mutual, { caCerts: [ca] });
    assertSays(ofClient, "pass cert and key");
    assertSays(ofServer, "it showed no certificate");
  },
);

Deno.test(
  "a client of an unknown authority is refused, and its error says why",
  bounded,
  async () => {
    const options = { caCerts: [ca], ...stranger };
    const { ofClient, ofServer } = await refusal(mutual, options);
    assertSays(ofClient, "does not accept this client's certificate");
    assertSays(ofServer, "is not signed by one of clientCaCerts");
  },
);

Deno.test(
  "a server's certificate does not serve as a client's",
  bounded,
  async () => {
    const { ofServer } = await refusal(mutual, { caCerts: [ca], ...server });
    assertSays(ofServer, "clientAuth");
  },
);

Deno.test(
  "a server knows the client's certificate after the handshake",
  bounded,
  async () => {
    using pair = await TlsPair.open(true);
    const { peerCertificate } = pair.accepted;
    const expected = new X509Certificate(client.cert);
    assert(peerCertificate !== undefined);
    assertEquals(peerCertificate.subject, "CN=Troupe test client");
    assertEquals(peerCertificate.fingerprint256, expected.fingerprint256);
    assertEquals([...peerCertificate.raw], [...expected.raw]);
  },
);

Deno.test(
  "a server that asks for no certificate knows none",
  bounded,
  async () => {
    using pair = await TlsPair.open(false);
    assertEquals(pair.accepted.peerCertificate, undefined);
  },
);

Deno.test(
  "the certificate of an authority is no proof of being that authority",
  bounded,
  async () => {
    const options = { ...server, clientCaCerts: [ca, oldCa] };
    const acceptor = listenTls({ port: 0 }, options);
    // Anyone who has seen it can show it without its key, but Deno's own client
    // would not.
    const socket = connect({
      ...acceptor.address,
      host: "127.0.0.1",
      servername: "localhost",
      ca,
      cert: oldCa,
      key: stranger.key,
    });
    socket.on("error", () => {});
    const closed = new Promise((resolve) => socket.once("close", resolve));
    const { transport } = await acceptor.accept();
    await assertRejects(
      () => transport.read(one()),
      ConnectError,
      "it showed the certificate of an authority",
    );
    socket.destroy();
    await closed;
    transport.close();
    acceptor.close();
  },
);

Deno.test("a client is let in only with a good certificate in a new session", () => {
  const certificate = new X509Certificate(client.cert);
  const good = { certificate, resumed: false, authorized: true };
  const refusal = (known: Partial<TlsClient>) =>
    refuseClient({ ...good, ...known }, [otherCa, ca]) ?? "none";
  assertEquals(refusal({}), "none");
  assertStringIncludes(refusal({ resumed: true }), "resumes");
  assertStringIncludes(refusal({ authorized: false }), "not found to be good");
  assertStringIncludes(
    refusal({ certificate: undefined }),
    "not found to be good",
  );
  assertStringIncludes(
    refusal({ certificate: new X509Certificate(ca) }),
    "of an authority",
  );
});

Deno.test(
  "a TLS client reports that the server does not speak TLS",
  bounded,
  async () => {
    const acceptor = listenTcp({ port: 0 });
    const dialing = assertRejects(
      () => connectTls(acceptor.address, {}, never),
      ConnectError,
      "the server does not speak TLS",
    );
    const { transport } = await acceptor.accept();
    await transport.write(utf8("220 mail.example.com ESMTP\r\n"));
    await dialing;
    transport.close();
    acceptor.close();
  },
);

Deno.test("a TLS client reports that the server hung up", bounded, async () => {
  const acceptor = listenTcp({ port: 0 });
  const dialing = assertRejects(
    () => connectTls(acceptor.address, {}, never),
    ConnectError,
    "the server hung up",
  );
  const { transport } = await acceptor.accept();
  await transport.read(new Uint8Array(1000));
  transport.close();
  await dialing;
  acceptor.close();
});

for (const [name, options] of [["TLS", {}], ["mutual TLS", client]] as const) {
  Deno.test(
    `a signal ends a handshake of ${name} that hangs`,
    bounded,
    async () => {
      const acceptor = listenTcp({ port: 0 });
      const controller = new AbortController();
      const dialing = assertRejects(
        () => connectTls(acceptor.address, options, controller.signal),
        Error,
        "no time",
      );
      const { transport } = await acceptor.accept();
      await transport.read(new Uint8Array(1000));
      controller.abort(new Error("no time"));
      await dialing;
      transport.close();
      acceptor.close();
    },
  );

  Deno.test(`a signal ends a dial of ${name}`, bounded, async () => {
    const acceptor = listenTcp({ port: 0 });
    const controller = new AbortController();
    const dialing = connectTls(acceptor.address, options, controller.signal);
    controller.abort(new Error("no time"));
    await assertRejects(() => dialing, Error, "no time");
    acceptor.close();
  });

  Deno.test(
    `a signal that was given before opens no socket of ${name}`,
    bounded,
    async () => {
      const signal = AbortSignal.abort(new Error("no time"));
      await assertRejects(
        () => connectTls({ port: 1 }, options, signal),
        Error,
        "no time",
      );
    },
  );

  Deno.test(
    `a missing listener is a refusal with ${name}`,
    bounded,
    async () => {
      const { address, close } = listenTcp({ port: 0 });
      close();
      const error = await assertRejects(
        () => connectTls(address, options, never),
        ConnectError,
        "refused",
      );
      assertInstanceOf(error.cause, Deno.errors.ConnectionRefused);
    },
  );
}

Deno.test("options that cannot be used are named before a socket is opened", async () => {
  const rsa =
    "-----BEGIN RSA PRIVATE KEY-----\nc2VjcmV0\n-----END RSA PRIVATE KEY-----";
  const wrong: readonly (readonly [TlsServerOptions, string])[] = [
    [{ ...server, cert: "" }, "cert: it is not a certificate"],
    [{ ...server, cert: server.key }, "cert: it is not a certificate"],
    [{ ...server, key: "secret" }, "key: it is not a private key"],
    [{ ...server, key: rsa }, "key: it is not a private key"],
    [{ ...server, key: client.key }, "key: it is not the key of cert"],
    [{ ...server, clientCaCerts: [] }, "clientCaCerts: it is empty"],
    [{ ...server, clientCaCerts: [ca, "?"] }, "clientCaCerts[1]: it is not"],
  ];
  for (const [options, message] of wrong) {
    const error = assertThrows(
      () => listenTls({ port: 0 }, options),
      TypeError,
      `Cannot use ${message}`,
    );
    assert(!Deno.inspect(error).includes("secret"));
    assert(!Deno.inspect(error).includes("c2VjcmV0"));
  }
  // As a program without types does.
  assertThrows(
    () =>
      Reflect.apply(listenTls, undefined, [
        { port: 0 },
        { ...server, clientCaCerts: ca },
      ]),
    TypeError,
    "Cannot use clientCaCerts: it is a string, it must be an array",
  );
  const { cert, key } = client;
  const wrongOfClients: readonly (readonly [TlsClientOptions, string])[] = [
    [{ caCerts: ["?"] }, "caCerts[0]: it is not a certificate"],
    [{ cert }, "cert: key is missing"],
    [{ key }, "key: cert is missing"],
    [{ cert, key: server.key }, "key: it is not the key of cert"],
  ];
  for (const [options, message] of wrongOfClients) {
    await assertRejects(
      () => connectTls({ port: 1 }, options, never),
      TypeError,
      `Cannot use ${message}`,
    );
  }
});
