import { assertEquals, assertRejects } from "@std/assert";
import { tcpTransport } from "../../src/tcp/tcp_transport.ts";
import { bounded } from "../support/net.ts";

/** Both ends of a socket. */
async function socketPair(): Promise<[Deno.TcpConn, Deno.TcpConn]> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const dial = Deno.connect({ hostname: "127.0.0.1", port });
  return await Promise.all([dial, listener.accept()]);
}

Deno.test("a TCP transport carries bytes both ways", bounded, async () => {
  const [socket, peer] = await socketPair();
  const transport = tcpTransport(socket);
  const buffer = new Uint8Array(10);
  assertEquals(await transport.write(new Uint8Array([1, 2, 3])), 3);
  assertEquals(await peer.read(buffer), 3);
  await peer.write(new Uint8Array([4, 5]));
  assertEquals(await transport.read(buffer), 2);
  assertEquals(buffer, new Uint8Array([4, 5, 3, 0, 0, 0, 0, 0, 0, 0]));
  transport.close();
  peer.close();
});

Deno.test(
  "a TCP transport that ends its writing can still read",
  bounded,
  async () => {
    const [socket, peer] = await socketPair();
    const transport = tcpTransport(socket);
    await transport.closeWrite();
    assertEquals(await peer.read(new Uint8Array(1)), null);
    await peer.write(new Uint8Array([7]));
    assertEquals(await transport.read(new Uint8Array(1)), 1);
    peer.close();
    assertEquals(await transport.read(new Uint8Array(1)), null);
    transport.close();
  },
);

Deno.test(
  "a TCP transport ends a read that is pending, and closes twice",
  bounded,
  async () => {
    const [socket, peer] = await socketPair();
    const transport = tcpTransport(socket);
    const read = assertRejects(() => transport.read(new Uint8Array(1)));
    transport.close();
    transport.close();
    await read;
    peer.close();
  },
);
