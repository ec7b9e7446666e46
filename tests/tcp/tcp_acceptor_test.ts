import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { Acceptor } from "../../src/session/acceptor.ts";
import { listenTcp } from "../../src/tcp/tcp_acceptor.ts";
import { listenTls } from "../../src/tcp/tls.ts";
import { bounded } from "../support/net.ts";
import { ca, server } from "../support/tls/certificates.ts";

const acceptors: Readonly<Record<string, (port: number) => Acceptor>> = {
  "TCP": (port) => listenTcp({ port }),
  "TLS": (port) => listenTls({ port }, server),
  "mutual TLS": (port) =>
    listenTls({ port }, { ...server, clientCaCerts: [ca] }),
};

for (const [name, listen] of Object.entries(acceptors)) {
  Deno.test(
    `a ${name} acceptor accepts a client that says nothing`,
    bounded,
    async () => {
      const acceptor = listen(0);
      const { hostname, port } = acceptor.address;
      assertEquals(hostname, "127.0.0.1");
      assert(port > 0);
      const [socket, { transport, remote }] = await Promise.all([
        Deno.connect(acceptor.address),
        acceptor.accept(),
      ]);
      const { localAddr } = socket;
      assert(localAddr.transport === "tcp");
      assertEquals(remote.port, localAddr.port);
      assertEquals(remote.hostname, localAddr.hostname);
      transport.close();
      socket.close();
      acceptor.close();
    },
  );

  Deno.test(
    `closing a ${name} acceptor ends an accept, and those that come later`,
    bounded,
    async () => {
      const acceptor = listen(0);
      const accepting = assertRejects(
        () => acceptor.accept(),
        Deno.errors.BadResource,
      );
      acceptor.close();
      acceptor.close();
      await accepting;
      await assertRejects(() => acceptor.accept(), Deno.errors.BadResource);
      await assertRejects(
        () => Deno.connect(acceptor.address),
        Deno.errors.ConnectionRefused,
      );
    },
  );

  Deno.test(
    `closing a ${name} transport ends its reads, its writes and the socket`,
    bounded,
    async () => {
      const acceptor = listen(0);
      const [socket, { transport }] = await Promise.all([
        Deno.connect(acceptor.address),
        acceptor.accept(),
      ]);
      const reading = assertRejects(() => transport.read(new Uint8Array(1)));
      transport.close();
      transport.close();
      await reading;
      await assertRejects(
        () => transport.read(new Uint8Array(1)),
        Deno.errors.BadResource,
      );
      await assertRejects(
        () => transport.write(new Uint8Array(1)),
        Deno.errors.BadResource,
      );
      assertEquals(await socket.read(new Uint8Array(1)), null);
      socket.close();
      acceptor.close();
    },
  );

  Deno.test(`a ${name} acceptor says that its port is taken`, () => {
    const acceptor = listen(0);
    assertThrows(
      () => listen(acceptor.address.port),
      Deno.errors.AddrInUse,
    );
    acceptor.close();
  });
}

Deno.test("a TCP acceptor gives no certificate", bounded, async () => {
  const acceptor = listenTcp({ port: 0 });
  const [socket, accepted] = await Promise.all([
    Deno.connect(acceptor.address),
    acceptor.accept(),
  ]);
  assertEquals(accepted.peerCertificate, undefined);
  accepted.transport.close();
  socket.close();
  acceptor.close();
});
