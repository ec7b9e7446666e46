import { assertEquals } from "@std/assert";
import {
  type ActorContext,
  type ActorRef,
  type ExitReason,
  type RestartPolicy,
  startChild,
  supervisor,
  type SupervisorMessage,
} from "../../src/actor/mod.ts";
import {
  crash,
  handled,
  settle,
  soon,
  type Step,
  stepper,
  TestSystem,
} from "./fixtures.ts";
import { Cast, find, fixedChance, hang } from "./supervisor_fixtures.ts";

// A stop that was asked for.

Deno.test("A transient child that crashes during a stop is not restarted", async () => {
  await using test = new TestSystem();
  const cause = new Error("crash");
  const ways: Step[] = [
    (context) => {
      context.self.stop();
      throw cause;
    },
    (context) => {
      context.stop();
      context.self.stop();
      throw cause;
    },
    async (context) => {
      await undefined;
      context.self.stop();
      throw cause;
    },
  ];
  for (const way of ways) {
    const ref = await test.supervised(
      {},
      { restart: "transient" },
      test.supervise({}, `root ${ways.indexOf(way)}`),
    );
    ref.tell(way);
    assertEquals(await soon(ref.stopped), { type: "failed", cause });
  }
  assertEquals(test.of("restarted"), []);
});

Deno.test("A transient child that fails on the way out of its own stop is restarted", async () => {
  const ways: { step: Step; stopped?: () => void }[] = [
    {
      step: (context) => {
        context.stop();
        throw new Error("after its stop");
      },
    },
    {
      step: async (context) => {
        context.stop();
        await undefined;
        throw new Error("after its stop");
      },
    },
    {
      step: (context) => context.stop(),
      stopped: () => {
        throw new Error("clean-up");
      },
    },
  ];
  for (const { step, stopped } of ways) {
    await using test = new TestSystem();
    const hooks = stopped === undefined ? {} : { stopped };
    const ref = await test.supervised(hooks, { restart: "transient" });
    ref.tell(step);
    await settle();
    assertEquals(test.of("restarted").length, 1);
    await handled(ref);
  }
});

Deno.test("A crash revokes the stop of the actor itself: its messages wait for the next life", async () => {
  await using test = new TestSystem();
  const ref = await test.supervised({}, { restart: "transient" });
  let count = 0;
  ref.tell((context) => {
    context.stop();
    throw new Error("after its stop");
  });
  ref.tell(() => void count++);
  await handled(ref);
  assertEquals(count, 1);
  assertEquals(test.of("dead_letter"), []);
});

Deno.test("A transient child that is killed on the way out of its own stop is restarted", async () => {
  await using test = new TestSystem();
  const ref = await test.supervised({}, { restart: "transient" });
  ref.tell((context) => {
    context.stop();
    return hang(context);
  });
  await settle();
  ref.kill();
  await handled(ref);
});

Deno.test("A transient child that must be killed during a stop is not restarted", async () => {
  await using test = new TestSystem();
  const ref = await test.supervised({}, {
    restart: "transient",
    shutdownMs: 70,
  });
  ref.tell(hang);
  ref.tell(() => {});
  await settle();
  ref.stop();
  await test.advance(70);
  assertEquals(await soon(ref.stopped), { type: "killed" });
});

Deno.test("A transient child that is stopped while it cleans up after a crash is gone", async () => {
  await using test = new TestSystem();
  const gate = Promise.withResolvers<void>();
  const ref = await test.supervised({ stopped: () => gate.promise }, {
    restart: "transient",
  });
  ref.tell(crash("crash"));
  await settle();
  ref.stop();
  gate.resolve();
  assertEquals(await soon(ref.stopped), { type: "failed", cause: "crash" });
});

Deno.test("A permanent child that must be killed during a stop loses its waiting messages", async () => {
  await using test = new TestSystem();
  let count = 0;
  const ref = await test.supervised({}, { shutdownMs: 70 });
  ref.tell(hang);
  ref.tell(() => void count++);
  await settle();
  ref.stop();
  await test.advance(70);
  await handled(ref);
  assertEquals(count, 0);
  assertEquals(test.of("dead_letter").length, 1);
});

Deno.test("A permanent child that was stopped loses its waiting messages", async () => {
  await using test = new TestSystem();
  let count = 0;
  const ref = await test.supervised();
  ref.tell((context) => context.stop());
  ref.tell(() => void count++);
  await handled(ref).catch(() => {});
  await handled(ref);
  assertEquals(count, 0);
});

Deno.test("A child that crashes while it drains continues in its next life", async () => {
  await using test = new TestSystem();
  let count = 0;
  const ref = await test.supervised({}, { restart: "transient" });
  ref.tell(crash());
  ref.tell(() => void count++);
  ref.drain();
  assertEquals(await soon(ref.stopped), { type: "shutdown" });
  assertEquals(count, 1);
  assertEquals(test.of("restarted").length, 1);
});

Deno.test("A transient child that is killed while it drains is gone", async () => {
  await using test = new TestSystem();
  const ref = await test.supervised({}, { restart: "transient" });
  ref.tell(hang);
  ref.tell(() => {});
  await settle();
  ref.drain();
  ref.kill();
  assertEquals(await soon(ref.stopped), { type: "killed" });
  assertEquals(test.of("dead_letter").length, 1);
});

Deno.test("A permanent child that has drained is restarted, and accepts messages", async () => {
  await using test = new TestSystem();
  const ref = await test.supervised();
  ref.drain();
  await settle();
  await handled(ref);
});

Deno.test("A child that is stopped just after it crashed obeys its policy", async () => {
  await using test = new TestSystem();
  const policies: [RestartPolicy, number][] = [
    ["transient", 0],
    ["permanent", 1],
  ];
  for (const [restart, restarts] of policies) {
    test.events.length = 0;
    const root = test.supervise({}, restart);
    const gate = Promise.withResolvers<void>();
    const stopped = (): Promise<void> => gate.promise;
    const ref = await test.supervised({ stopped }, { restart }, root);
    ref.tell(crash());
    await settle();
    // The supervisor has not had its turn yet when the stop comes.
    gate.promise.then(() => ref.stop());
    gate.resolve();
    await settle();
    assertEquals(test.of("restarted").length, restarts);
    if (restarts > 0) await handled(ref);
    else await soon(ref.stopped);
  }
});

// Ends.

Deno.test("A supervisor stops its children last to first, each when the next is gone", async () => {
  await using test = new TestSystem();
  const root = test.supervise();
  const log: string[] = [];
  const gates = new Map<string, PromiseWithResolvers<void>>();
  for (const name of ["a", "b", "c"]) {
    const gate = Promise.withResolvers<void>();
    gates.set(name, gate);
    await test.supervised(
      {
        stopped() {
          log.push(name);
          return gate.promise;
        },
      },
      { name },
      root,
    );
  }
  root.stop();
  await settle();
  assertEquals(log, ["c"]);
  gates.get("c")?.resolve();
  await settle();
  assertEquals(log, ["c", "b"]);
  gates.get("b")?.resolve();
  gates.get("a")?.resolve();
  await soon(root.stopped);
  assertEquals(test.gone, ["/root/c", "/root/b", "/root/a", "/root"]);
});

Deno.test("A supervisor kills a child that hangs, and continues with the next", async () => {
  await using test = new TestSystem();
  const root = test.supervise();
  const first = await test.supervised({}, { shutdownMs: 70 }, root);
  const second = await test.supervised({}, { shutdownMs: 70 }, root);
  second.tell(hang);
  await settle();
  root.stop();
  await test.advance(70);
  assertEquals(await soon(second.stopped), { type: "killed" });
  assertEquals(await soon(first.stopped), { type: "shutdown" });
  assertEquals(await soon(root.stopped), { type: "shutdown" });
});

Deno.test("A child whose verdict on a stop waits when its supervisor stops is gone", async () => {
  await using test = new TestSystem();
  for (const strategy of ["one_for_one", "dynamic"] as const) {
    const root = test.supervise({ strategy }, strategy);
    const gate = Promise.withResolvers<void>();
    const stopped = (): Promise<void> => gate.promise;
    const ref = await test.supervised({ stopped }, {}, root);
    ref.stop();
    await settle();
    // The supervisor has not had its turn yet when its own stop comes.
    gate.promise.then(() => root.stop());
    gate.resolve();
    assertEquals(await soon(root.stopped), { type: "shutdown" });
    assertEquals(await soon(ref.stopped), { type: "shutdown" });
  }
});

Deno.test("A supervisor has no deadline except those of its children", async () => {
  await using test = new TestSystem({ shutdownMs: Infinity });
  const stopped = (): Promise<void> => new Promise(() => {});
  for (const strategy of ["one_for_one", "dynamic"] as const) {
    const root = test.supervise({ strategy }, strategy);
    const first = await test.supervised({ stopped }, {}, root);
    for (const _ of [1, 2]) await test.supervised({ stopped }, {}, root);
    root.stop();
    for (const _ of [1, 2, 3]) await test.advance(5000);
    assertEquals(await soon(first.stopped), { type: "killed" });
    assertEquals(await soon(root.stopped), { type: "shutdown" });
  }
});

Deno.test("A supervisor with a deadline is killed at it", async () => {
  await using test = new TestSystem();
  const root = test.system.spawn(supervisor(), { shutdownMs: 70 });
  const ref = await test.supervised(
    { stopped: () => new Promise(() => {}) },
    {},
    root,
  );
  root.stop();
  await test.advance(70);
  assertEquals(await soon(ref.stopped), { type: "killed" });
  assertEquals(await soon(root.stopped), { type: "killed" });
});

Deno.test("A supervisor of very many children that back off ends them all", async () => {
  await using test = new TestSystem();
  using _chance = fixedChance(0.5);
  const root = test.supervise({
    strategy: "dynamic",
    backoff: {},
    maxRestarts: Infinity,
  });
  const starting = Array.from(
    { length: 10_000 },
    () => startChild(root, { behavior: stepper() }),
  );
  for (const ref of await Promise.all(starting)) ref.tell(crash());
  await test.system.idle();
  root.stop();
  assertEquals(await soon(root.stopped), { type: "shutdown" });
});

Deno.test("A child that exits while its supervisor ends is not restarted", async () => {
  await using test = new TestSystem();
  const root = test.supervise();
  const first = await test.supervised({}, {}, root);
  const gate = Promise.withResolvers<void>();
  await test.supervised({ stopped: () => gate.promise }, {}, root);
  root.stop();
  await settle();
  first.tell(crash("crash"));
  await settle();
  assertEquals(await soon(first.stopped), { type: "failed", cause: "crash" });
  gate.resolve();
  await soon(root.stopped);
  assertEquals(test.of("restarted"), []);
});

Deno.test("A child whose verdict waits when its supervisor stops is gone", async () => {
  await using test = new TestSystem();
  const root = test.supervise();
  const ref = await test.supervised({}, {}, root);
  using _stopping = test.system.events.subscribe((event) => {
    if (event.type === "failed") root.stop();
  });
  ref.tell(crash());
  assertEquals(await soon(root.stopped), { type: "shutdown" });
  assertEquals(test.gone, [ref.path, root.path]);
});

Deno.test("A supervisor that is killed kills its children too, and restarts none", async () => {
  await using test = new TestSystem();
  const root = test.supervise();
  const ref = await test.supervised({}, {}, root);
  root.kill();
  assertEquals(await soon(ref.stopped), { type: "killed" });
  await soon(root.stopped);
  assertEquals(test.gone, [ref.path, root.path]);
});

Deno.test("A supervised supervisor that is killed counts one restart", async () => {
  await using test = new TestSystem();
  const top = test.supervise({ maxRestarts: 1 }, "top");
  const middle: ActorRef<SupervisorMessage> = await soon(
    startChild(top, { behavior: supervisor(), name: "middle" }),
  );
  for (const name of ["a", "b"]) await test.supervised({}, { name }, middle);
  middle.kill();
  await settle();
  await test.supervised({}, { name: "a" }, middle);
  assertEquals(test.of("restarted").map(({ actor }) => actor), [middle]);
  assertEquals(test.of("gave_up"), []);
});

Deno.test("A child of a child is gone before the child is restarted", async () => {
  await using test = new TestSystem();
  const gate = Promise.withResolvers<void>();
  const log: string[] = [];
  const start = (context: ActorContext<Step>, life: number): void => {
    log.push(`life ${life}`);
    context.spawn(stepper({ stopped: () => gate.promise }), { name: "below" });
  };
  const ref = await test.supervised({ started: start });
  ref.tell(crash());
  await settle();
  assertEquals(log, ["life 0"]);
  gate.resolve();
  await handled(ref);
  assertEquals(log, ["life 0", "life 1"]);
});

Deno.test("A watcher of a child is notified when the supervisor releases the child", async () => {
  await using test = new TestSystem();
  const ref = await test.supervised({}, { restart: "temporary" });
  const watcher = test.spawn();
  const seen: ExitReason[] = [];
  watcher.tell((context) =>
    context.watch(ref, (reason) => () => void seen.push(reason))
  );
  await handled(watcher);
  ref.tell(crash("crash"));
  await settle();
  assertEquals(seen, [{ type: "failed", cause: "crash" }]);
});

// A kill before a life has started.

Deno.test("A temporary child that is killed before its first start is gone, and never starts", async () => {
  await using test = new TestSystem();
  const cast = new Cast();
  cast.hold("start a");
  const b = cast.child("b", { restart: "temporary" });
  const root = test.supervise({ children: [cast.child("a"), b] });
  const ref = await find(root, b);
  ref.kill();
  assertEquals(await soon(ref.stopped), { type: "killed" });
  await cast.let("start a");
  assertEquals(cast.news(), ["start a"]);
});

Deno.test("A child that is killed as its turn to start comes does not start", async () => {
  await using test = new TestSystem();
  const cast = new Cast();
  cast.hold("start a");
  const b = cast.child("b", { restart: "temporary" });
  const root = test.supervise({ children: [cast.child("a"), b] });
  const ref = await find(root, b);
  // The supervisor learns of the kill and of the start of a in one turn.
  void cast.let("start a");
  await Promise.resolve();
  ref.kill();
  assertEquals(await soon(ref.stopped), { type: "killed" });
  assertEquals(cast.news(), ["start a"]);
});

Deno.test("A child that is killed or stopped as it is spawned obeys its policy", async () => {
  for (const end of ["kill", "stop"] as const) {
    await using test = new TestSystem();
    using _ending = test.system.events.subscribe((event) => {
      if (event.type === "started" && event.actor.name !== "root") {
        event.actor[end]();
      }
    });
    const cast = new Cast();
    const a = cast.child("a", { restart: "temporary" });
    const b = cast.child("b");
    const root = test.supervise({ children: [a, b] });
    await settle();
    assertEquals(cast.news(), ["start b"]);
    assertEquals(test.gone, ["/root/a"]);
    await handled(await find(root, b));
  }
});

Deno.test("A transient child that is killed in its back-off starts when that is over", async () => {
  using _chance = fixedChance(0.5);
  await using test = new TestSystem();
  const root = test.supervise({ backoff: { initialMs: 100 } });
  const ref = await test.supervised({}, { restart: "transient" }, root);
  ref.tell(crash());
  await settle();
  ref.kill();
  await test.advance(50);
  await handled(ref);
});

// A stop that is a kill.

Deno.test("An actor with shutdownMs 0 is killed when it is asked to stop, and does not clean up", async () => {
  await using test = new TestSystem();
  const log: string[] = [];
  const hooks = { stopped: () => void log.push("cleans up") };
  const plain = test.spawn(hooks, { shutdownMs: 0 });
  await handled(plain);
  plain.stop();
  assertEquals(await soon(plain.stopped), { type: "killed" });
  const spec = { shutdownMs: 0, restart: "transient" } as const;
  const child = await test.supervised(hooks, spec);
  child.tell(hang);
  await settle();
  child.stop();
  assertEquals(await soon(child.stopped), { type: "killed" });
  assertEquals([log, test.of("restarted")], [[], []]);
});

Deno.test("A child with shutdownMs 0 is killed when its supervisor stops, or its group restarts", async () => {
  await using test = new TestSystem();
  const cast = new Cast();
  const a = cast.child("a", { shutdownMs: 0 });
  const b = cast.child("b");
  const root = test.supervise({ strategy: "one_for_all", children: [a, b] });
  const ref = await find(root, a);
  (await find(root, b)).tell(crash());
  await handled(ref);
  assertEquals(cast.news(), [
    "start a",
    "start b",
    "stop b",
    "start a",
    "start b",
  ]);
  root.stop();
  await soon(root.stopped);
  assertEquals(cast.news(), ["stop b"]);
  assertEquals(await soon(ref.stopped), { type: "killed" });
});

Deno.test("An actor with shutdownMs 0 that stops itself cleans up", async () => {
  await using test = new TestSystem();
  const log: string[] = [];
  const ref = test.spawn({ stopped: () => void log.push("cleans up") }, {
    shutdownMs: 0,
  });
  ref.tell((context) => context.stop());
  assertEquals(await soon(ref.stopped), { type: "normal" });
  assertEquals(log, ["cleans up"]);
});
