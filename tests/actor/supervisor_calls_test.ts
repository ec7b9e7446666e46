import {
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import {
  type ActorRef,
  ActorStoppedError,
  type Child,
  child,
  listChildren,
  removeChild,
  replaceChild,
  restartChild,
  startChild,
  type SupervisorMessage,
  type SupervisorOptions,
  type SupervisorRef,
  terminateChild,
  TroupeError,
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
import {
  backingOff,
  Cast,
  find,
  fixedChance,
  hang,
  phasesOf,
} from "./supervisor_fixtures.ts";

/** A supervisor of `a` and `b`, which are up, with nothing logged yet. */
async function pair(
  test: TestSystem,
  options: SupervisorOptions = {},
): Promise<{
  readonly root: SupervisorRef;
  readonly cast: Cast;
  readonly children: readonly [Child<Step>, Child<Step>];
}> {
  const cast = new Cast();
  const children = [cast.child("a"), cast.child("b")] as const;
  const root = test.supervise({ children, ...options });
  await settle();
  cast.news();
  return { root, cast, children };
}

// Starting.

Deno.test("startChild() starts a child below the supervisor", async () => {
  await using test = new TestSystem();
  const root = test.supervise();
  const ref = await soon(startChild(root, { behavior: stepper(), name: "a" }));
  assertEquals(ref.path, "/root/a");
  await handled(ref);
});

Deno.test("startChild() rejects when the name is taken, also by a child that backs off", async () => {
  await using test = new TestSystem();
  await backingOff(test, "permanent");
  const [root] = test.of("started").map(({ actor }) => actor);
  const error = await assertRejects(
    () =>
      soon(startChild(root as ActorRef<SupervisorMessage>, {
        behavior: stepper(),
        name: "a",
      })),
    TroupeError,
    'the name "a" is taken by another child of /root',
  );
  assertInstanceOf(error.cause, TroupeError);
});

Deno.test("startChild() may use the name of a child that is gone", async () => {
  await using test = new TestSystem();
  const root = test.supervise();
  const spec = { name: "a", restart: "temporary" } as const;
  const first = await test.supervised({}, spec, root);
  first.stop();
  await soon(first.stopped);
  await handled(await test.supervised({}, spec, root));
});

Deno.test("startChild() rejects when the supervisor is gone", async () => {
  await using test = new TestSystem();
  const root = test.supervise();
  root.kill();
  await assertRejects(
    () => soon(startChild(root, { behavior: stepper() })),
    ActorStoppedError,
  );
});

// Names.

Deno.test("startChild() rejects for the name of a child that is down", async () => {
  await using test = new TestSystem();
  const { root, cast } = await pair(test);
  await soon(terminateChild(root, "a"));
  await assertRejects(
    () => soon(startChild(root, cast.child("a"))),
    TroupeError,
    'the name "a" is taken by a child that is down, restart or remove that',
  );
});

for (const strategy of ["one_for_all", "rest_for_one"] as const) {
  Deno.test(`startChild() rejects for the name of a child that waits for its turn, under ${strategy}`, async () => {
    using _chance = fixedChance(0.5);
    await using test = new TestSystem();
    const { root, cast, children: [a] } = await pair(test, {
      strategy,
      backoff: { initialMs: 100 },
    });
    await soon(terminateChild(root, "b"));
    // The group restart wants b again, after the back-off of a.
    (await find(root, a)).tell(crash());
    await settle();
    await assertRejects(
      () => soon(startChild(root, cast.child("b"))),
      TroupeError,
      'the name "b" is taken by another child of /root',
    );
    await test.advance(50);
    assertEquals(await phasesOf(root), ["a up", "b up"]);
  });
}

Deno.test("A child without a name gets one that no child has, not even one that is down", async () => {
  await using test = new TestSystem();
  const root = test.supervise();
  const first = await test.supervised({}, { name: "1" }, root);
  await soon(terminateChild(root, "1"));
  const second = await test.supervised({}, {}, root);
  assertEquals([first.name, second.name], ["1", "2"]);
});

Deno.test("A child without a name keeps the one it got when it is started again", async () => {
  await using test = new TestSystem();
  const root = test.supervise();
  const ref = await test.supervised({}, {}, root);
  await soon(terminateChild(root, ref.name));
  await soon(restartChild(root, ref.name));
  await settle();
  assertEquals(await phasesOf(root), [`${ref.name} up`]);
});

Deno.test("One child may be started several times, each with its own reference", async () => {
  await using test = new TestSystem();
  const root = test.supervise();
  const worker = child({ behavior: stepper() });
  const refs = await soon(Promise.all([
    startChild(root, worker),
    startChild(root, worker),
  ]));
  assertEquals(refs.map(({ path }) => path), ["/root/1", "/root/2"]);
});

// Looking.

Deno.test("listChildren() shows the children first to last, with how often they restarted", async () => {
  await using test = new TestSystem();
  const cast = new Cast();
  const [a, b] = [cast.child("a"), cast.child("b", { restart: "temporary" })];
  const root = test.supervise({ children: [a, b] });
  const [first, second] = [await find(root, a), await find(root, b)];
  first.tell(crash());
  await settle();
  assertEquals(await soon(listChildren(root)), [
    { name: "a", ref: first, phase: "up", restart: "permanent", restarts: 1 },
    { name: "b", ref: second, phase: "up", restart: "temporary", restarts: 0 },
  ]);
});

Deno.test("listChildren() shows no reference of a child that is down", async () => {
  await using test = new TestSystem();
  const { root } = await pair(test);
  await soon(terminateChild(root, "a"));
  const [a] = await soon(listChildren(root));
  assertEquals([a?.phase, a?.ref], ["down", undefined]);
});

Deno.test("findChild() finds the initial children of a supervisor", async () => {
  await using test = new TestSystem();
  const { root, children: [a] } = await pair(test);
  assertEquals((await find(root, a)).path, "/root/a");
});

Deno.test("findChild() finds the reference that a child has after it was terminated and restarted", async () => {
  await using test = new TestSystem();
  const { root, children: [a] } = await pair(test);
  const before = await find(root, a);
  await soon(terminateChild(root, "a"));
  await soon(restartChild(root, "a"));
  const after = await find(root, a);
  assertEquals([before.alive, after.alive], [false, true]);
});

Deno.test("findChild() finds a child that was started at run time", async () => {
  await using test = new TestSystem();
  const root = test.supervise();
  const a = new Cast().child("a");
  const ref = await soon(startChild(root, a));
  assertStrictEquals(await find(root, a), ref);
});

Deno.test("findChild() rejects for a child that the supervisor never had, or that is down", async () => {
  await using test = new TestSystem();
  const { root, cast, children: [a] } = await pair(test);
  await soon(terminateChild(root, "a"));
  for (const child of [a, cast.child("other")]) {
    await assertRejects(
      () => find(root, child),
      TroupeError,
      "it has no such child now",
    );
  }
});

// Terminating and restarting.

Deno.test("terminateChild() resolves when the child is gone, and leaves the others alone", async () => {
  await using test = new TestSystem();
  const { root, cast } = await pair(test);
  cast.hold("stop a");
  const done = terminateChild(root, "a");
  await assertRejects(() => soon(done), Error, "pending");
  await cast.let("stop a");
  await soon(done);
  assertEquals(cast.news(), ["stop a"]);
  assertEquals(test.gone, ["/root/a"]);
});

Deno.test("terminateChild() waits for as long as the child has to stop", async () => {
  await using test = new TestSystem();
  const root = test.supervise();
  const ref = await test.supervised({}, { shutdownMs: 60_000 }, root);
  ref.tell(hang);
  const done = terminateChild(root, ref.name);
  await test.advance(60_000);
  await soon(done);
  assertEquals(await soon(ref.stopped), { type: "killed" });
});

Deno.test("terminateChild() counts as no failure", async () => {
  await using test = new TestSystem();
  const { root } = await pair(test, { maxRestarts: 0 });
  await soon(terminateChild(root, "a"));
  await soon(restartChild(root, "a"));
  await soon(restartChild(root, "a"));
  await settle();
  assertEquals(await phasesOf(root), ["a up", "b up"]);
});

Deno.test("terminateChild() of a child that is down does nothing", async () => {
  await using test = new TestSystem();
  const { root } = await pair(test);
  await soon(terminateChild(root, "a"));
  await soon(terminateChild(root, "a"));
});

Deno.test("terminateChild() removes a temporary child", async () => {
  await using test = new TestSystem();
  const root = test.supervise();
  const ref = await test.supervised({}, { restart: "temporary" }, root);
  await soon(terminateChild(root, ref.name));
  assertEquals(await phasesOf(root), []);
});

Deno.test("A child that was terminated is not restarted when a sibling fails on its own", async () => {
  await using test = new TestSystem();
  const { root, children: [, b] } = await pair(test);
  await soon(terminateChild(root, "a"));
  (await find(root, b)).tell(crash());
  await settle();
  assertEquals(await phasesOf(root), ["a down", "b up"]);
});

Deno.test("restartChild() gives a child that is up a new life under its reference", async () => {
  await using test = new TestSystem();
  const { root, cast, children: [a] } = await pair(test);
  const ref = await find(root, a);
  await soon(restartChild(root, "a"));
  await handled(ref);
  assertEquals(cast.news(), ["stop a", "start a"]);
});

Deno.test("restartChild() starts a child that has ended by itself", async () => {
  await using test = new TestSystem();
  const cast = new Cast();
  const a = cast.child("a", { restart: "transient" });
  const root = test.supervise({ children: [a] });
  (await find(root, a)).stop();
  await settle();
  assertEquals(await phasesOf(root), ["a down"]);
  await soon(restartChild(root, "a"));
  await settle();
  assertEquals(await phasesOf(root), ["a up"]);
});

Deno.test("restartChild() during a terminateChild() starts the child again", async () => {
  await using test = new TestSystem();
  const { root, cast } = await pair(test);
  cast.hold("stop a");
  const calls = [terminateChild(root, "a"), restartChild(root, "a")];
  await cast.let("stop a");
  await soon(Promise.all(calls));
  assertEquals(cast.news(), ["stop a", "start a"]);
});

Deno.test("Calls for one child are executed in order", async () => {
  await using test = new TestSystem();
  const { root, cast } = await pair(test);
  cast.hold("stop a");
  const calls = [
    terminateChild(root, "a"),
    restartChild(root, "a"),
    terminateChild(root, "a"),
    removeChild(root, "a"),
  ];
  const outcomes = Promise.allSettled(calls);
  await cast.let("stop a");
  assertEquals(
    (await soon(outcomes)).map(({ status }) => status),
    ["fulfilled", "rejected", "fulfilled", "fulfilled"],
  );
  assertEquals(cast.news(), ["stop a"], "it had no time to start");
  assertEquals(await phasesOf(root), ["b up"]);
});

Deno.test("A child that was restarted on request stops in its place", async () => {
  await using test = new TestSystem();
  const { root, cast } = await pair(test);
  await soon(terminateChild(root, "a"));
  await soon(restartChild(root, "a"));
  await settle();
  cast.news();
  root.stop();
  await soon(root.stopped);
  assertEquals(cast.news(), ["stop b", "stop a"]);
});

// Removing.

Deno.test("removeChild() frees the name of a child that is down", async () => {
  await using test = new TestSystem();
  const { root, cast } = await pair(test);
  await soon(terminateChild(root, "a"));
  await soon(removeChild(root, "a"));
  await handled(await soon(startChild(root, cast.child("a"))));
  assertEquals(await phasesOf(root), ["b up", "a up"]);
});

Deno.test("removeChild() rejects for a child that is not down", async () => {
  await using test = new TestSystem();
  const { root } = await pair(test);
  await assertRejects(
    () => soon(removeChild(root, "a")),
    TroupeError,
    "a is not down, terminate it first",
  );
});

for (const call of [terminateChild, restartChild, removeChild]) {
  Deno.test(`${call.name}() rejects for a child that does not exist`, async () => {
    await using test = new TestSystem();
    const { root } = await pair(test);
    await assertRejects(
      () => soon(call(root, "other")),
      TroupeError,
      "there is no child other",
    );
  });
}

// Replacing.

Deno.test("replaceChild() puts another child in the place of the old one", async () => {
  await using test = new TestSystem();
  const { root, cast, children: [a] } = await pair(test);
  const old = await find(root, a);
  const ref = await soon(replaceChild(root, {
    name: "a",
    restart: "transient",
    behavior: stepper(),
  }));
  assertEquals(old.alive, false);
  await handled(ref);
  assertEquals(cast.news(), ["stop a"]);
  const children = await soon(listChildren(root));
  assertEquals(
    children.map(({ name, restart }) => `${restart} ${name}`),
    ["transient a", "permanent b"],
  );
});

Deno.test("replaceChild() gives the new child its own policy", async () => {
  await using test = new TestSystem();
  const { root, cast } = await pair(test);
  const next = cast.child("a", { restart: "temporary" });
  const ref = await soon(replaceChild(root, next));
  ref.tell(crash());
  await settle();
  assertEquals(await phasesOf(root), ["b up"]);
});

Deno.test("replaceChild() starts a child in the place of one that is down", async () => {
  await using test = new TestSystem();
  const { root, cast } = await pair(test);
  await soon(terminateChild(root, "a"));
  await handled(await soon(replaceChild(root, cast.child("a"))));
});

Deno.test("replaceChild() replaces a temporary child, which is removed", async () => {
  await using test = new TestSystem();
  const root = test.supervise();
  const spec = { name: "a", restart: "temporary" } as const;
  const old = await test.supervised({}, spec, root);
  const ref = await soon(replaceChild(root, new Cast().child("a")));
  assertEquals(old.alive, false);
  await handled(ref);
  assertEquals(await phasesOf(root), ["a up"]);
});

Deno.test("replaceChild() twice at once leaves the second child", async () => {
  await using test = new TestSystem();
  const { root, cast } = await pair(test);
  cast.hold("stop a");
  const [second, third] = [new Cast(), new Cast()];
  const first = replaceChild(root, second.child("a"));
  const last = replaceChild(root, third.child("a"));
  const ended = assertRejects(() => first, TroupeError, "before it had start");
  await cast.let("stop a");
  await ended;
  await handled(await soon(last));
  assertEquals(third.news(), ["start a"]);
});

Deno.test("replaceChild() rejects when there is no child of the name, or no name", async () => {
  await using test = new TestSystem();
  const { root, cast } = await pair(test);
  for (const next of [cast.child("other"), { behavior: stepper() }]) {
    await assertRejects(
      () => soon(replaceChild(root, next)),
      TroupeError,
      "there is no child",
    );
  }
});

// Calls and the end of the supervisor.

Deno.test("A call that waits rejects when its supervisor ends", async () => {
  const ends: ((root: SupervisorRef, b: ActorRef<Step>) => void)[] = [
    (root) => root.stop(),
    (root) => root.kill(),
    (_, b) => b.tell(crash()),
  ];
  for (const end of ends) {
    await using test = new TestSystem();
    const { root, cast, children: [, b] } = await pair(test, {
      maxRestarts: 0,
    });
    const other = await find(root, b);
    cast.hold("stop a");
    const calls = [
      terminateChild(root, "a"),
      restartChild(root, "a"),
      replaceChild(root, cast.child("a")),
    ];
    const rejected = calls.map((call) =>
      assertRejects(() => call, TroupeError, "/root has stopped")
    );
    await settle();
    end(root, other);
    await settle();
    await soon(Promise.all(rejected));
  }
});

for (const strategy of ["one_for_all", "rest_for_one"] as const) {
  Deno.test(`Calls in one go for children that wait for their turn each get a reply, under ${strategy}`, async () => {
    await using test = new TestSystem();
    const { root, cast } = await pair(test, { strategy });
    await soon(terminateChild(root, "b"));
    const outcomes = Promise.allSettled([
      terminateChild(root, "a"),
      restartChild(root, "b"),
      startChild(root, cast.child("b")),
    ]);
    await settle();
    assertEquals(
      (await soon(outcomes)).map(({ status }) => status),
      ["fulfilled", "fulfilled", "rejected"],
    );
    assertEquals(await phasesOf(root), ["a down", "b up"]);
  });
}

Deno.test("Each call gets a reply when a listener ends the supervisor in the midst of one", async () => {
  for (const end of ["stop", "kill"] as const) {
    for (const type of ["started", "stopped"] as const) {
      await using test = new TestSystem();
      const { root, cast } = await pair(test);
      await soon(terminateChild(root, "a"));
      using _ending = test.system.events.subscribe((event) => {
        if (event.type === type) root[end]();
      });
      const outcomes = Promise.allSettled([
        restartChild(root, "a"),
        terminateChild(root, "b"),
        terminateChild(root, "b"),
        replaceChild(root, cast.child("b")),
        startChild(root, cast.child("c")),
      ]);
      await settle();
      await soon(outcomes);
      await soon(root.stopped);
    }
  }
});

Deno.test("A call that waits is cancelled by its signal", async () => {
  await using test = new TestSystem();
  const { root, cast } = await pair(test);
  cast.hold("stop a");
  const controller = new AbortController();
  const { signal } = controller;
  const done = terminateChild(root, "a", { signal });
  const rejected = assertRejects(() => done, DOMException);
  controller.abort();
  await soon(rejected);
});

Deno.test("A replacement whose supervisor is stopped meanwhile is refused", async () => {
  await using test = new TestSystem();
  const { root, cast } = await pair(test);
  using _stopping = test.system.events.subscribe((event) => {
    if (event.type === "stopped" && event.actor.name === "a") root.stop();
  });
  await assertRejects(
    () => soon(replaceChild(root, cast.child("a"))),
    TroupeError,
    "/root is stopping",
  );
  assertEquals(await soon(root.stopped), { type: "shutdown" });
});
