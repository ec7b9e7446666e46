// Cuts, lost sessions, watchers and reconnection, through a proxy that fails.
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
} from "@std/assert";
import { ActorStoppedError } from "../../src/actor/errors.ts";
import { ActorSystem } from "../../src/actor/system.ts";
import type { ActorRef } from "../../src/actor/ref.ts";
import {
  command,
  connectActor,
  expose,
  implement,
  protocol,
  type RemoteEnd,
  RemoteError,
  request,
  stream,
  type Stub,
} from "../../src/remote/mod.ts";
import {
  ConnectionClosedError,
  SessionLostError,
} from "../../src/session/mod.ts";
import { listen } from "../../src/tcp/listener.ts";
import { ConnectionPool } from "../../src/tcp/pool.ts";
import { Happenings } from "../support/happenings.ts";
import { bounded } from "../support/net.ts";
import { isSlow } from "../support/slow.ts";
import {
  Counter,
  counter,
  type CounterMessage,
  counterOf,
  RemoteNet,
} from "./remote_net.ts";

const Log = protocol("log/1", {
  note: command<number>(),
  count: request<number, number>(),
  numbers: stream<number, number>(),
});

Deno.test(
  "While the session lives, each command arrives once and in order, through cuts that nobody notices",
  bounded,
  async () => {
    const noted: number[] = [];
    await using net = new RemoteNet(() => [
      implement(Log, {
        note: (n) => void noted.push(n),
        count: (n) => n + noted.length,
        async *numbers(end) {
          for (let n = 0; n < end; n++) yield n;
        },
      }),
    ]);
    await using stub = await net.connect(Log);
    const ends: RemoteEnd[] = [];
    stub.watch((end) => ends.push(end));
    const count = isSlow ? 400_000 : 20_000;
    const { proxy } = net.net;
    // Each cut is in the middle of what is under way.
    proxy.cutAfter(1_000, "to_target");
    const cutting = setInterval(() => {
      proxy.cutAfter(3_000, "to_target");
      proxy.cutAfter(700, "to_dialler");
    }, 1);
    const reading = Array.fromAsync(stub.numbers(5_000));
    try {
      for (let n = 0; n < count; n++) {
        while (!stub.note(n)) await stub.ready();
        if (n % 500 === 0) {
          assertEquals(await stub.count(0, { timeoutMs: 60_000 }), n + 1);
        }
      }
      assertEquals(await stub.count(7, { timeoutMs: 60_000 }), count + 7);
      assertEquals((await reading).length, 5_000);
    } finally {
      clearInterval(cutting);
    }
    assertEquals(noted, Array.from({ length: count }, (_, n) => n));
    assertEquals(await reading, Array.from({ length: 5_000 }, (_, n) => n));
    assert(proxy.cuts > 0);
    assertEquals(ends, []);
  },
);

/** A service whose sessions are lost at the first cut. */
function fragile(): RemoteNet {
  return new RemoteNet(
    ({ system }) => [
      counterOf(system.spawn(counter)),
      implement(Log, {
        note() {},
        count: () => new Promise<number>(() => {}),
        async *numbers() {
          yield 1;
          await new Promise<void>(() => {});
        },
      }),
    ],
    {
      listen: { resumeMs: 0 },
      pool: { resumeMs: 0 },
    },
  );
}

/** The ends that a watcher learns of. */
function endsOf(
  stub: Pick<Stub<typeof Counter>, "watch">,
): Happenings<RemoteEnd> {
  const ends = new Happenings<RemoteEnd>();
  stub.watch((end) => ends.push(end));
  return ends;
}

Deno.test(
  "When the session is lost, pending requests reject with the error that says so",
  bounded,
  async () => {
    const hanging = Promise.withResolvers<AbortSignal>();
    const Slow = protocol("slow/1", { work: request<void, number>() });
    await using net = new RemoteNet(() => [
      implement(Slow, {
        work: (_, { signal }) => {
          hanging.resolve(signal);
          return new Promise<number>((_, reject) =>
            signal.onabort = () => reject(signal.reason)
          );
        },
      }),
    ], { listen: { resumeMs: 0 }, pool: { resumeMs: 0 } });
    await using stub = await net.connect(Slow);
    const pending = assertRejects(() => stub.work(), SessionLostError);
    const signal = await hanging.promise;
    const aborted = new Promise((resolve) =>
      signal.addEventListener("abort", resolve)
    );
    net.net.proxy.cut();
    await pending;
    await aborted;
    // And so do those that come later.
    await assertRejects(() => stub.work(), SessionLostError);
    await assertRejects(() => stub.ready(), SessionLostError);
  },
);

Deno.test(
  "When the session is lost, watchers learn that the actor is unavailable, commands are refused and streams fail",
  bounded,
  async () => {
    await using net = fragile();
    await using stub = await net.connect(Counter);
    const ends = endsOf(stub);
    assertEquals(await stub.read(), 0);
    net.net.proxy.cut();
    const end = await ends.next();
    assert(end.type === "unavailable");
    assertInstanceOf(end.cause, SessionLostError);
    assertEquals(stub.add({ by: 1 }), false);
    assertEquals((await endsOf(stub).next()).type, "unavailable");
  },
);

Deno.test("A stream fails with the error of the session", bounded, async () => {
  await using net = new RemoteNet(() => [
    implement(Log, {
      note() {},
      count: () => 0,
      async *numbers(_, { signal }) {
        yield 1;
        await new Promise<void>((resolve) => signal.onabort = () => resolve());
      },
    }),
  ], { listen: { resumeMs: 0 }, pool: { resumeMs: 0 } });
  await using stub = await net.connect(Log);
  const numbers = stub.numbers(2);
  assertEquals((await numbers.next()).value, 1);
  const next = numbers.next();
  net.net.proxy.cut();
  await assertRejects(() => next, SessionLostError);
  assertEquals((await numbers.next()).done, true);
});

Deno.test(
  "A watcher learns once that the actor has stopped, and how",
  bounded,
  async () => {
    for (
      const [how, type, detail] of [
        [(ref: ActorRef<CounterMessage>) => ref.stop(), "stopped", "shutdown"],
        [(ref: ActorRef<CounterMessage>) => ref.kill(), "stopped", "killed"],
        [
          (ref: ActorRef<CounterMessage>) => void ref.tell({ type: "crash" }),
          "failed",
          "RangeError",
        ],
      ] as const
    ) {
      let ref: ActorRef<CounterMessage> | undefined;
      await using net = new RemoteNet(({ system }) => {
        ref = system.spawn(counter);
        return [counterOf(ref)];
      });
      await using stub = await net.connect(Counter);
      const ends = endsOf(stub);
      assertEquals(await stub.read(), 0);
      if (ref !== undefined) how(ref);
      const end = await ends.next();
      assertEquals(end.type, type);
      if (end.type === "stopped") assertEquals(end.reason, detail);
      if (end.type === "failed") {
        assertInstanceOf(end.cause, RemoteError);
        assertEquals(end.cause.remoteName, detail);
      }
      assertEquals(stub.add({ by: 1 }), false);
      await assertRejects(() => stub.read(), ActorStoppedError);
      assertEquals(ends.untaken, 0);
      // A later watcher learns it too, and one that was taken back does not.
      stub.watch(() => ends.push(end))();
      assertEquals((await endsOf(stub).next()).type, type);
      assertEquals(ends.untaken, 0);
    }
  },
);

Deno.test(
  "A pending ask rejects when the actor stops before it has replied",
  bounded,
  async () => {
    const asked = Promise.withResolvers<void>();
    let ref: ActorRef<CounterMessage> | undefined;
    await using net = new RemoteNet(({ system }) => {
      ref = system.spawn<CounterMessage>(() => ({
        async receive() {
          asked.resolve();
          await new Promise<void>(() => {});
        },
      }));
      return [counterOf(ref)];
    });
    await using stub = await net.connect(Counter);
    const pending = [stub.read(), stub.read()].map((read) =>
      assertRejects(() => read, ActorStoppedError)
    );
    await asked.promise;
    ref?.kill();
    await Promise.all(pending);
  },
);

Deno.test(
  "A stub connects again if it was made to, when the session is lost",
  bounded,
  async () => {
    await using net = fragile();
    await using stub = await net.connect(Counter, {
      reconnect: { initialMs: 0, maxMs: 0 },
    });
    const ends = endsOf(stub);
    stub.add({ by: 1 });
    assertEquals(await stub.read(), 1);
    for (let cut = 1; cut <= 3; cut++) {
      net.net.proxy.cut();
      assertEquals((await ends.next()).type, "unavailable");
      // It waits for the connection.
      assertEquals(await stub.read(), cut);
      await stub.ready();
      assertEquals(stub.add({ by: 1 }), true);
      assertEquals(await stub.read(), cut + 1);
    }
    assertEquals(stub.stats().connections, 4);
  },
);

Deno.test(
  "A stub that reconnects and is closed meanwhile leaves nothing",
  bounded,
  async () => {
    await using net = fragile();
    const stub = await net.connect(Counter, {
      reconnect: { initialMs: 0, maxMs: 0 },
    });
    const ends = endsOf(stub);
    net.net.proxy.refuse = true;
    net.net.proxy.cut();
    await ends.next();
    const reading = assertRejects(() => stub.read(), ConnectionClosedError);
    await stub.close();
    await reading;
    assertEquals(stub.add({ by: 1 }), false);
  },
);

Deno.test(
  "A stub that is closed delivers what it was told before",
  bounded,
  async () => {
    const noted = new Happenings<number>();
    await using net = new RemoteNet(() => [
      implement(Log, {
        note: (n) => noted.push(n),
        count: () => 0,
        async *numbers() {},
      }),
    ]);
    const stub = await net.connect(Log);
    for (let n = 0; n < 1000; n++) assertEquals(stub.note(n), true);
    await stub.close();
    for (let n = 0; n < 1000; n++) assertEquals(await noted.next(), n);
  },
);

Deno.test(
  "A stub that reconnects finds the actor of a server that was restarted",
  bounded,
  async () => {
    const start = (port: number) => {
      const system = new ActorSystem();
      const ref = system.spawn(counter);
      const exposed = expose(system, [counterOf(ref)]);
      const listener = listen(system, { port, ...exposed });
      return {
        port: listener.address.port,
        // The actor stops first, and its watchers learn it.
        async stop() {
          ref.stop();
          await ref.stopped;
          await system.shutdown();
        },
      };
    };
    const first = start(0);
    await using system = new ActorSystem();
    await using pool = new ConnectionPool(system);
    await using stub = await connectActor(
      pool.peer({ port: first.port }),
      Counter,
      { reconnect: { initialMs: 0, maxMs: 1 } },
    );
    const ends = endsOf(stub);
    stub.add({ by: 7 });
    assertEquals(await stub.read(), 7);
    await first.stop();
    assertEquals((await ends.next()).type, "stopped");
    assertEquals(stub.add({ by: 7 }), false);
    const second = start(first.port);
    // It is known to have stopped until the connection is lost as well.
    for (let isReady = false; !isReady;) {
      isReady = await stub.ready().then(() => true, () => false);
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    assertEquals(await stub.read(), 0);
    await second.stop();
  },
);
