import {
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { ActorSystem } from "../../src/actor/system.ts";
import { SessionLostError } from "../../src/session/errors.ts";
import { ListenError } from "../../src/tcp/tcp_acceptor.ts";
import { listen } from "../../src/tcp/listener.ts";
import { ErrorCode, FrameType } from "../../src/session/wire/protocol.ts";
import { actorNamed } from "../support/actor_named.ts";
import { pattern, text, utf8 } from "../support/bytes.ts";
import { bounded, echo, Net, roundTrip } from "../support/net.ts";
import { RawPeer } from "../support/raw_peer.ts";

/** Fails unless the port can be listened on. */
function assertFree(port: number): void {
  Deno.listen({ hostname: "127.0.0.1", port }).close();
}

Deno.test("a listener on port 0 says which port it got", bounded, async () => {
  await using net = new Net({ serve: echo });
  const { hostname, port } = net.listener.address;
  assertEquals(hostname, "127.0.0.1");
  await roundTrip(await net.pool.connect({ port }));
});

Deno.test(
  "a port that is taken is a ListenError that says so",
  bounded,
  async () => {
    await using net = new Net();
    const { port } = net.listener.address;
    const error = assertThrows(
      () => listen(net.system, { port, serve: echo }),
      ListenError,
      `127.0.0.1:${port}`,
    );
    assertInstanceOf(error.cause, Deno.errors.AddrInUse);
  },
);

Deno.test("a host that is not ours is a ListenError", async () => {
  await using system = new ActorSystem();
  const options = { hostname: "192.0.2.1", port: 0, serve: echo };
  assertThrows(() => listen(system, options), ListenError, "192.0.2.1:0");
});

for (const maxSockets of [0, -1, NaN]) {
  Deno.test(`a limit of ${maxSockets} sockets is refused`, async () => {
    await using system = new ActorSystem();
    const options = { port: 0, serve: echo, maxSockets };
    assertThrows(
      () => listen(system, options),
      RangeError,
      `maxSockets: it is ${maxSockets}`,
    );
  });
}

for (
  const [what, options, message] of [
    ["no options", undefined, "options of listen(): it is missing"],
    ["no port", { serve: echo }, "port: it is missing"],
    ["a port of null", { serve: echo, port: null }, "port: it is missing"],
    ["a port in words", { serve: echo, port: "80" }, 'port: it is "80"'],
    ["a hostname of 5", { serve: echo, port: 0, hostname: 5 }, "hostname: it"],
    [
      "a limit in words",
      { serve: echo, port: 0, maxSockets: "5" },
      'maxSockets: it is "5", it must be a number',
    ],
    ...["accept", "authenticate", "onPeerError", "onState"].map((name) =>
      [
        `an ${name} that is no function`,
        { serve: echo, port: 0, [name]: true },
        `${name}: it is a boolean, it must be a function`,
      ] as const
    ),
  ] as const
) {
  Deno.test(`a listener with ${what} is refused`, async () => {
    await using system = new ActorSystem();
    // As a program without types does.
    assertThrows(
      () => Reflect.apply(listen, undefined, [system, options]),
      TypeError,
      `Cannot use ${message}`,
    );
  });
}

for (const port of [-1, 65_536, 1.5, NaN]) {
  Deno.test(`a listener on port ${port} is refused`, async () => {
    await using system = new ActorSystem();
    assertThrows(
      () => listen(system, { port, serve: echo }),
      RangeError,
      `Cannot use port: it is ${port}, it must be a whole number from 0 to 65535`,
    );
  });
}

Deno.test("a listener needs a system that is not shutting down", async () => {
  const system = new ActorSystem();
  await system.shutdown();
  const port = freePort();
  assertThrows(() => listen(system, { port, serve: echo }), Error, "shutting");
  assertFree(port);
});

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

Deno.test(
  "a listener counts what it accepts and what is open",
  bounded,
  async () => {
    await using net = new Net({ listen: { resumeMs: 0 } });
    {
      using _one = await RawPeer.meet(net.listener.address);
      using _other = await RawPeer.meet(net.listener.address);
      assertEquals(net.listener.stats(), {
        accepted: 2,
        sockets: 2,
        sessions: 2,
        resumes: 0,
      });
    }
    await net.until(() => {
      const { sockets, sessions } = net.listener.stats();
      return sockets === 0 && sessions === 0;
    });
    assertEquals(net.listener.stats().accepted, 2);
  },
);

Deno.test("a listener reports whose error it was", bounded, async () => {
  const reported = Promise.withResolvers<unknown>();
  await using net = new Net({
    listen: {
      resumeMs: 0,
      onPeerError: (_, remote) => reported.resolve(remote),
    },
  });
  using peer = await RawPeer.meet(net.listener.address);
  const { hostname, port } = peer.socket.localAddr;
  await peer.socket.closeWrite();
  assertEquals(await reported.promise, { hostname, port });
});

for (
  const [how, fail] of [
    ["throws", (error: Error) => {
      throw error;
    }],
    ["returns a promise that rejects", (error: Error) => Promise.reject(error)],
  ] as const
) {
  Deno.test(
    `a listener goes on when its onPeerError ${how}`,
    bounded,
    async () => {
      const error = new Error("I cannot take it");
      await using net = new Net({
        serve: echo,
        listen: { resumeMs: 0, onPeerError: () => fail(error) },
      });
      {
        using peer = await RawPeer.meet(net.listener.address);
        await peer.socket.closeWrite();
        assertEquals(await net.failures.next(), error);
        assertEquals(await peer.goAway(), undefined);
      }
      await net.until(() => net.listener.stats().sockets === 0);
      await roundTrip(await net.connect());
    },
  );

  Deno.test(
    `a listener and a pool go on when their onState ${how}`,
    bounded,
    async () => {
      const [here, there] = [new Error("here"), new Error("there")];
      await using net = new Net({
        serve: echo,
        listen: { onState: () => fail(there) },
        pool: { onState: () => fail(here) },
      });
      await roundTrip(await net.connect());
      const failures = [await net.failures.next(), await net.failures.next()];
      assertEquals(new Set(failures), new Set([here, there]));
      await roundTrip(await net.connect());
    },
  );
}

// How many sockets.

for (const maxSockets of [1, 2]) {
  Deno.test(
    `a listener with a limit of ${maxSockets} sockets lets more wait until one ends`,
    bounded,
    async () => {
      await using net = new Net({ serve: echo, listen: { maxSockets } });
      const peers: RawPeer[] = [];
      for (let i = 0; i < maxSockets; i++) {
        peers.push(await RawPeer.meet(net.listener.address));
      }
      let late = false;
      const waiting = net.connect().then((connection) => {
        late = true;
        return connection;
      });
      await peers[0]?.frame(FrameType.PING, 0, new Uint8Array(8)).flush();
      await peers[0]?.next(FrameType.PING);
      const { accepted, sockets } = net.listener.stats();
      assertEquals({ accepted, sockets }, {
        accepted: maxSockets,
        sockets: maxSockets,
      });
      assertEquals(late, false);
      for (const peer of peers) peer[Symbol.dispose]();
      await roundTrip(await waiting);
      assertEquals(net.listener.stats().accepted, maxSockets + 1);
    },
  );
}

Deno.test(
  "a listener at its limit takes one after the other, for ever",
  bounded,
  async () => {
    await using net = new Net({ serve: echo, listen: { maxSockets: 1 } });
    const peers = Array.from({ length: 20 }, async () => {
      using peer = await RawPeer.meet(net.listener.address);
      await peer.goodbye(ErrorCode.NONE).flush();
    });
    await Promise.all(peers);
    await net.until(() => net.listener.stats().sockets === 0);
    assertEquals(net.listener.stats().accepted, 20);
  },
);

Deno.test(
  "a listener whose acceptor is killed keeps its connections and takes others",
  bounded,
  async () => {
    await using net = new Net({ serve: echo });
    const acceptor = actorNamed("acceptor", net.system);
    const before = await net.connect();
    for (let i = 0; i < 3; i++) (await acceptor).kill();
    await roundTrip(before);
    using _ = await RawPeer.meet(net.listener.address);
    assertEquals(net.listener.stats().sockets, 2);
    await roundTrip(before);
  },
);

// How it ends.

Deno.test(
  "a listener that is closed at once gives its port back",
  bounded,
  async () => {
    await using system = new ActorSystem();
    const listener = listen(system, { port: 0, serve: echo });
    await listener.close();
    assertFree(listener.address.port);
  },
);

Deno.test(
  "a listener ends with its system, even before it has started",
  bounded,
  async () => {
    const system = new ActorSystem();
    const listener = listen(system, { port: 0, serve: echo });
    await system.shutdown();
    assertFree(listener.address.port);
    await listener.close();
  },
);

Deno.test("a listener that is closed twice is closed", bounded, async () => {
  await using net = new Net();
  await Promise.all([net.listener.close(), net.listener.close()]);
  await net.listener[Symbol.asyncDispose]();
  assertFree(net.listener.address.port);
});

Deno.test(
  "closing a listener settles every wait on its connections",
  bounded,
  async () => {
    const aborted = Promise.withResolvers<void>();
    await using net = new Net({
      serve(connection, { signal }) {
        net.served.push(connection);
        signal.addEventListener("abort", () => aborted.resolve());
        return aborted.promise;
      },
    });
    const [here, there] = await net.pair();
    const [idle] = await net.pair();
    const big = Array.from({ length: 20 }, () => pattern(65_536));
    const sends = big.map((message) => here.send(message));
    const replies = big.map((message) => there.send(message));
    const settled = Promise.allSettled([...sends, ...replies]);
    const ends = Promise.all([
      assertRejects(() => sends.at(-1) ?? Promise.resolve(), SessionLostError),
      assertRejects(
        () => replies.at(-1) ?? Promise.resolve(),
        SessionLostError,
      ),
      assertRejects(() => idle.receive(), SessionLostError, "closed"),
      here.closed,
      there.closed,
    ]);
    await net.listener.close();
    await Promise.all([ends, settled, aborted.promise]);
    assertEquals(net.listener.stats().sockets, 0);
    assertFree(net.listener.address.port);
  },
);

Deno.test(
  "closing a listener delivers what its connections had sent",
  bounded,
  async () => {
    await using net = new Net();
    const [here, there] = await net.pair();
    await there.send(pattern(100_000));
    await there.send(utf8("goodbye"));
    await net.listener.close();
    assertEquals((await here.receive())?.length, 100_000);
    assertEquals(text(await here.receive()), "goodbye");
    const error = await assertRejects(() => here.receive(), SessionLostError);
    assertEquals(error.code, ErrorCode.NONE);
  },
);

Deno.test(
  "closing a listener in the middle of a storm of dials leaves nothing",
  bounded,
  async () => {
    await using net = new Net({ serve: echo });
    const { hostname, port } = net.listener.address;
    const dials = Array.from({ length: 100 }, async (_, i) => {
      using peer = new RawPeer(await Deno.connect({ hostname, port }));
      if (i === 30) net.listener.close();
      // Each gets a goodbye, or finds the socket closed; none is forgotten.
      await peer.rest().catch(() => {});
    });
    await Promise.allSettled(dials);
    await net.listener.close();
    assertEquals(net.listener.stats().sockets, 0);
    assertFree(port);
  },
);

Deno.test(
  "a peer that was notified of the end is not reported as broken",
  bounded,
  async () => {
    await using net = new Net();
    await net.pair();
    await net.listener.close();
    assertEquals(net.peerErrors.untaken, 0);
  },
);

Deno.test("two listeners do not disturb each other", bounded, async () => {
  await using net = new Net({ serve: echo });
  const other = listen(net.system, { port: 0, serve: echo });
  const here = await net.connect();
  const there = await net.pool.connect(other.address);
  await other.close();
  await there.closed;
  await roundTrip(here);
});
