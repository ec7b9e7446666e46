import { assertEquals } from "@std/assert";
import { actorNamed } from "../support/actor_named.ts";
import { utf8 } from "../support/bytes.ts";
import { bounded } from "../support/net.ts";
import { echo, message, Net, RawPeer, uuid } from "./support.ts";

const A = uuid(0xa);

/** Sends a message over a socket of its own and takes the echo. */
async function roundTrip(peer: RawPeer): Promise<void> {
  await peer.say(message(A, utf8("hello")));
  const heard = await peer.hear();
  assertEquals(heard?.data, utf8("hello"));
}

Deno.test(
  "a tcp-conn listener at its limit lets sockets wait until one ends",
  bounded,
  async () => {
    await using net = new Net({ serve: echo, listen: { maxSockets: 1 } });
    const first = await RawPeer.dial(net.listener.address);
    await roundTrip(first);
    using second = await RawPeer.dial(net.listener.address);
    await second.say(message(A, utf8("hello")));
    await roundTrip(first);
    const { accepted, sockets } = net.listener.stats();
    assertEquals([accepted, sockets], [1, 1]);
    first[Symbol.dispose]();
    assertEquals((await second.hear())?.data, utf8("hello"));
    assertEquals(net.listener.stats().accepted, 2);
  },
);

Deno.test(
  "a tcp-conn listener whose acceptor is killed keeps its sockets and takes others",
  bounded,
  async () => {
    await using net = new Net({ serve: echo });
    const acceptor = actorNamed("acceptor", net.system);
    using before = await RawPeer.dial(net.listener.address);
    await roundTrip(before);
    for (let i = 0; i < 3; i++) (await acceptor).kill();
    await roundTrip(before);
    using after = await RawPeer.dial(net.listener.address);
    await roundTrip(after);
    assertEquals(net.listener.stats().sockets, 2);
  },
);

Deno.test(
  "a tcp-conn listener that closes in a storm of dials leaves no socket open",
  bounded,
  async () => {
    await using net = new Net({ serve: echo });
    const { port } = net.listener.address;
    const dials = Array.from({ length: 50 }, async (_, i) => {
      using peer = await RawPeer.dial({ port });
      if (i === 20) net.listener.close();
      await peer.ended();
    });
    await Promise.allSettled(dials);
    await net.listener.close();
    assertEquals(net.listener.stats().sockets, 0);
    Deno.listen({ hostname: "127.0.0.1", port }).close();
  },
);

Deno.test(
  "a tcp-conn listener goes on when its onPeerError throws",
  bounded,
  async () => {
    await using net = new Net({
      serve: echo,
      listen: {
        onPeerError() {
          throw new Error("I cannot take it");
        },
      },
    });
    using broken = await RawPeer.dial(net.listener.address);
    await broken.say(utf8("GET / HTTP/1.1\r\n\r\n"));
    await broken.ended();
    assertEquals(`${await net.failures.next()}`, "Error: I cannot take it");
    using other = await RawPeer.dial(net.listener.address);
    await roundTrip(other);
  },
);
