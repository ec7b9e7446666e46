// What docs/semantics.md says of supervision beyond one child at a time.
import {
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  type AutoShutdown,
  type Child,
  child,
  type ChildSpec,
  findChild,
  listChildren,
  removeChild,
  replaceChild,
  restartChild,
  RestartLimitError,
  startChild,
  supervisor,
  type SupervisorOptions,
  type SupervisorRef,
  terminateChild,
  TroupeError,
  UnavailableError,
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

type Spec = Omit<ChildSpec<Step>, "behavior">;

/** A child that writes down when its lives start and end. */
function logged(log: string[], name: string, spec: Spec = {}): Child<Step> {
  return child({
    ...spec,
    name,
    behavior: stepper({
      started: () => void log.push(`${name} starts`),
      stopped: () => void log.push(`${name} ends`),
    }),
  });
}

/** A supervisor with the children a, b and c, and what they write down. */
async function three(
  test: TestSystem,
  options: SupervisorOptions,
  specs: Record<string, Spec> = {},
) {
  const log: string[] = [];
  const make = (name: string) => logged(log, name, specs[name]);
  const [a, b, c] = [make("a"), make("b"), make("c")];
  const boss = test.supervise({ ...options, children: [a, b, c] });
  await settle();
  log.length = 0;
  return {
    boss,
    log,
    a: await soon(findChild(boss, a)),
    b: await soon(findChild(boss, b)),
    c: await soon(findChild(boss, c)),
  };
}

async function phases(boss: SupervisorRef): Promise<string[]> {
  const children = await soon(listChildren(boss));
  return children.map(({ name, phase }) => `${name} ${phase}`);
}

// Starts.

Deno.test("Children start first to last, each when the one before has started", async () => {
  await using test = new TestSystem();
  const log: string[] = [];
  const gate = Promise.withResolvers<void>();
  const slow = child({
    name: "slow",
    behavior: stepper({ started: () => gate.promise }),
  });
  const boss = test.supervise({ children: [slow, logged(log, "next")] });
  await settle();
  assertEquals(log, []);
  assertEquals(await phases(boss), ["slow starting", "next off"]);
  gate.resolve();
  await settle();
  assertEquals(log, ["next starts"]);
});

Deno.test("A child that hangs in its start does not hold up its supervisor", async () => {
  await using test = new TestSystem();
  const stuck = child({
    name: "stuck",
    behavior: stepper({ started: () => new Promise<void>(() => {}) }),
  });
  const boss = test.supervise({ children: [stuck] });
  assertEquals(await phases(boss), ["stuck starting"]);
});

// Strategies.

Deno.test("one_for_all ends the others last to first, and starts all first to last", async () => {
  await using test = new TestSystem();
  const { b, log } = await three(test, { strategy: "one_for_all" });
  b.tell(crash());
  await settle();
  assertEquals(log, [
    "b ends",
    "c ends",
    "a ends",
    "a starts",
    "b starts",
    "c starts",
  ]);
});

Deno.test("rest_for_one restarts a child and those after it", async () => {
  await using test = new TestSystem();
  const { b, log } = await three(test, { strategy: "rest_for_one" });
  b.tell(crash());
  await settle();
  assertEquals(log, ["b ends", "c ends", "b starts", "c starts"]);
});

Deno.test("A group restart keeps the references and what waits", async () => {
  await using test = new TestSystem();
  const { a, b, c } = await three(test, { strategy: "one_for_all" });
  const done: string[] = [];
  const gate = Promise.withResolvers<void>();
  c.tell(() => gate.promise);
  c.tell(() => void done.push("c"));
  b.tell(crash());
  await settle();
  gate.resolve();
  await settle();
  assertEquals(done, ["c"]);
  for (const ref of [a, b, c]) await handled(ref);
});

Deno.test("A group restart counts as one", async () => {
  await using test = new TestSystem();
  const options = { strategy: "one_for_all", maxRestarts: 1 } as const;
  const { a, b } = await three(test, options);
  b.tell(crash());
  await settle();
  assertEquals(test.of("restarted").length, 3);
  assertEquals(test.of("gave_up"), []);
  await handled(a);
});

Deno.test("A temporary child is not started again with its group", async () => {
  await using test = new TestSystem();
  const { boss, b, c } = await three(
    test,
    { strategy: "one_for_all" },
    { c: { restart: "temporary" } },
  );
  b.tell(crash());
  await settle();
  assertEquals(c.alive, false);
  assertEquals(await phases(boss), ["a up", "b up"]);
});

Deno.test("A group waits for the back-off of the child that failed", async () => {
  await using test = new TestSystem();
  const { b, log } = await three(test, {
    strategy: "one_for_all",
    backoff: { initialMs: 1000 },
  });
  const { random } = Math;
  Math.random = () => 0.5;
  try {
    b.tell(crash());
    await settle();
  } finally {
    Math.random = random;
  }
  await test.advance(499);
  assertEquals(log, ["b ends", "c ends", "a ends"]);
  await test.advance(1);
  assertEquals(log.slice(3), ["a starts", "b starts", "c starts"]);
});

Deno.test("A child that is down is started again with its group", async () => {
  await using test = new TestSystem();
  const { boss, b } = await three(test, { strategy: "one_for_all" });
  await soon(terminateChild(boss, "a"));
  assertEquals(await phases(boss), ["a down", "b up", "c up"]);
  b.tell(crash());
  await settle();
  assertEquals(await phases(boss), ["a up", "b up", "c up"]);
});

// Dynamic supervisors.

Deno.test("A dynamic supervisor has no children from the start", () => {
  assertThrows(
    () => supervisor({ strategy: "dynamic", children: [] }),
    TypeError,
    "use startChild",
  );
});

Deno.test("A dynamic supervisor starts a child though another one hangs in its start", async () => {
  await using test = new TestSystem();
  const boss = test.supervise({ strategy: "dynamic" });
  const hooks = { started: () => new Promise<void>(() => {}) };
  await test.supervised(hooks, {}, boss);
  await handled(await test.supervised({}, {}, boss));
});

Deno.test("A dynamic supervisor stops its children all at once", async () => {
  await using test = new TestSystem();
  const log: string[] = [];
  const boss = test.supervise({ strategy: "dynamic" });
  for (const name of ["a", "b"]) {
    const stopped = () => {
      log.push(name);
      return new Promise<void>(() => {});
    };
    await test.supervised({ stopped }, { name }, boss);
  }
  boss.stop();
  await settle();
  assertEquals(log, ["a", "b"]);
});

Deno.test("A dynamic supervisor forgets a child that was terminated", async () => {
  await using test = new TestSystem();
  const boss = test.supervise({ strategy: "dynamic" });
  const ref = await test.supervised({}, { name: "a" }, boss);
  await soon(terminateChild(boss, "a"));
  assertEquals(ref.alive, false);
  assertEquals(await phases(boss), []);
  await handled(await test.supervised({}, { name: "a" }, boss));
});

// Significant children.

/** A supervisor whose children a and b are significant, and c is not. */
function significant(test: TestSystem, autoShutdown: AutoShutdown) {
  const spec = { restart: "transient", significant: true } as const;
  return three(test, { autoShutdown }, { a: spec, b: spec });
}

Deno.test("A supervisor outlives its significant children by default", async () => {
  await using test = new TestSystem();
  const spec = { restart: "transient", significant: true } as const;
  const { boss, a, b } = await three(test, {}, { a: spec, b: spec });
  a.stop();
  b.stop();
  await settle();
  assertEquals(await phases(boss), ["a down", "b down", "c up"]);
});

Deno.test("any_significant ends the supervisor in order when one significant child has ended", async () => {
  await using test = new TestSystem();
  const { boss, a, b, c } = await significant(test, "any_significant");
  c.stop();
  await settle();
  assertEquals(boss.alive, true);
  a.stop();
  assertEquals(await soon(boss.stopped), { type: "shutdown" });
  assertEquals([b.alive, c.alive], [false, false]);
});

Deno.test("all_significant ends the supervisor in order when the last significant child has ended", async () => {
  await using test = new TestSystem();
  const { boss, a, b } = await significant(test, "all_significant");
  a.stop();
  await settle();
  assertEquals(boss.alive, true);
  b.stop();
  assertEquals(await soon(boss.stopped), { type: "shutdown" });
});

Deno.test("The end of a significant child on the supervisor's word does not end the supervisor", async () => {
  await using test = new TestSystem();
  const { boss } = await three(
    test,
    { autoShutdown: "any_significant" },
    { a: { restart: "transient", significant: true } },
  );
  await soon(terminateChild(boss, "a"));
  await settle();
  assertEquals(await phases(boss), ["a down", "b up", "c up"]);
});

Deno.test("A permanent child cannot be significant", () => {
  assertThrows(
    () => child({ behavior: stepper(), significant: true }),
    TypeError,
    "use transient or temporary",
  );
});

// Two budgets.

Deno.test("A child whose peer is unavailable does not use up the restarts", async () => {
  await using test = new TestSystem();
  const boss = test.supervise({
    maxRestarts: 0,
    unavailable: { backoff: { initialMs: 10, maxMs: 10 } },
  });
  const ref = await test.supervised({}, {}, boss);
  for (let i = 0; i < 5; i++) {
    ref.tell(crash(new UnavailableError("refused")));
    await test.advance(10);
  }
  await handled(ref);
  assertEquals(test.of("restarted").length, 5);
  ref.tell(crash());
  const reason = await soon(boss.stopped);
  assertEquals(reason.type, "failed");
});

Deno.test("A child whose peer is unavailable is tried again after a back-off of its own", async () => {
  await using test = new TestSystem();
  const unavailable = { backoff: { initialMs: 1000 } };
  const boss = test.supervise({ unavailable });
  const ref = await test.supervised({}, {}, boss);
  const { random } = Math;
  Math.random = () => 0.5;
  try {
    ref.tell(crash(new UnavailableError("refused")));
    await settle();
  } finally {
    Math.random = random;
  }
  await test.advance(499);
  assertEquals(test.of("restarted").length, 0);
  await test.advance(1);
  assertEquals(test.of("restarted").length, 1);
  // A failure of ours does not wait: there is no back-off for it here.
  ref.tell(crash());
  await settle();
  assertEquals(test.of("restarted").length, 2);
});

Deno.test("A supervisor gives up when a peer was unavailable too long", async () => {
  await using test = new TestSystem();
  const boss = test.supervise({
    unavailable: {
      backoff: { initialMs: 10, maxMs: 10 },
      giveUpAfterMs: 100,
    },
  });
  const ref = await test.supervised({}, {}, boss);
  for (let i = 0; i < 10; i++) {
    ref.tell(crash(new UnavailableError("refused")));
    await test.advance(10);
  }
  assertEquals(boss.alive, true);
  for (let i = 0; i < 2; i++) {
    ref.tell(crash(new UnavailableError("refused")));
    await test.advance(10);
  }
  const reason = await soon(boss.stopped);
  assertEquals(reason.type, "failed");
  if (reason.type === "failed") {
    assertInstanceOf(reason.cause, RestartLimitError);
    assertInstanceOf(reason.cause.cause, UnavailableError);
  }
});

// Control at run time.

Deno.test("terminateChild() resolves when the child is gone, however long that takes", async () => {
  await using test = new TestSystem();
  const boss = test.supervise();
  const spec = { name: "a", shutdownMs: 60_000 };
  const ref = await test.supervised(
    { stopped: () => new Promise<void>(() => {}) },
    spec,
    boss,
  );
  let done = false;
  const terminated = terminateChild(boss, "a").then(() => done = true);
  await test.advance(59_999);
  assertEquals([done, ref.alive], [false, true]);
  await test.advance(1);
  await soon(terminated);
  assertEquals(ref.alive, false);
});

Deno.test("restartChild() starts a child that is down, under a new reference in its old place", async () => {
  await using test = new TestSystem();
  const { boss, a, log } = await three(test, {});
  await soon(terminateChild(boss, "a"));
  await soon(restartChild(boss, "a"));
  await settle();
  assertEquals(await phases(boss), ["a up", "b up", "c up"]);
  assertEquals(a.alive, false);
  log.length = 0;
  boss.stop();
  await soon(boss.stopped);
  assertEquals(log, ["c ends", "b ends", "a ends"]);
});

Deno.test("restartChild() gives a child that is up a new life, which does not count", async () => {
  await using test = new TestSystem();
  const { boss, a, log } = await three(test, { maxRestarts: 0 });
  await soon(restartChild(boss, "a"));
  await settle();
  assertEquals(log, ["a ends", "a starts"]);
  await handled(a);
});

Deno.test("removeChild() forgets a child that is down, and refuses one that is not", async () => {
  await using test = new TestSystem();
  const { boss } = await three(test, {});
  await assertRejects(
    () => soon(removeChild(boss, "a")),
    TroupeError,
    "terminate it first",
  );
  await soon(terminateChild(boss, "a"));
  await soon(removeChild(boss, "a"));
  assertEquals(await phases(boss), ["b up", "c up"]);
});

Deno.test("A child that is down keeps its name", async () => {
  await using test = new TestSystem();
  const { boss } = await three(test, {});
  await soon(terminateChild(boss, "a"));
  await assertRejects(
    () => soon(startChild(boss, { name: "a", behavior: stepper() })),
    TroupeError,
    "restart or remove it",
  );
});

Deno.test("replaceChild() starts another child in the place of one, when that is gone", async () => {
  await using test = new TestSystem();
  const { boss, b, log } = await three(test, {});
  const next = await soon(replaceChild(boss, logged(log, "b")));
  await settle();
  assertEquals(log, ["b ends", "b starts"]);
  assertEquals([b.alive, next.path], [false, "/boss/b"]);
  assertEquals(await phases(boss), ["a up", "b up", "c up"]);
});

Deno.test("findChild() answers the reference of a child, and rejects when it is down", async () => {
  await using test = new TestSystem();
  const a = child({ name: "a", behavior: stepper() });
  const boss = test.supervise({ children: [a] });
  const ref = await soon(findChild(boss, a));
  assertStrictEquals(await soon(findChild(boss, a)), ref);
  await soon(terminateChild(boss, "a"));
  await assertRejects(
    () => soon(findChild(boss, a)),
    TroupeError,
    "no such child",
  );
});

Deno.test("A call of a supervisor is refused when the supervisor ends before it is done", async () => {
  await using test = new TestSystem();
  const boss = test.supervise();
  const stopped = () => new Promise<void>(() => {});
  await test.supervised({ stopped }, { name: "a" }, boss);
  const terminated = terminateChild(boss, "a");
  await settle();
  boss.kill();
  await assertRejects(() => soon(terminated), TroupeError, "has stopped");
});
