import { setImmediate } from "node:timers";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  type ActorRef,
  type Child,
  child,
  listChildren,
  removeChild,
  replaceChild,
  restartChild,
  RestartLimitError,
  startChild,
  StartTimeoutError,
  type Strategy,
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
  TestSystem,
} from "./fixtures.ts";
import { Cast, find, fixedChance, phasesOf } from "./supervisor_fixtures.ts";

Deno.test("Children start one after another, each when the one before has started", async () => {
  await using test = new TestSystem();
  const cast = new Cast();
  cast.hold("start a");
  cast.hold("start b");
  const root = test.supervise({ children: cast.children("a", "b", "c") });
  await settle();
  assertEquals(cast.news(), ["start a"]);
  assertEquals(await phasesOf(root), ["a starting", "b off", "c off"]);
  await cast.let("start a");
  assertEquals(cast.news(), ["start b"]);
  await cast.let("start b");
  assertEquals(cast.news(), ["start c"]);
});

Deno.test("Children that start at once start in their order", async () => {
  await using test = new TestSystem();
  const cast = new Cast();
  test.supervise({ children: cast.children("a", "b", "c") });
  await settle();
  assertEquals(cast.news(), ["start a", "start b", "start c"]);
});

Deno.test("A message to a child that has not started waits for its start", async () => {
  await using test = new TestSystem();
  const cast = new Cast();
  cast.hold("start a");
  const [a, b] = [cast.child("a"), cast.child("b")];
  const root = test.supervise({ children: [a, b] });
  const second = await find(root, b);
  assertEquals(second.tell(() => void cast.log.push("handled")), true);
  await settle();
  assertEquals(cast.news(), ["start a"]);
  await cast.let("start a");
  assertEquals(cast.news(), ["start b", "handled"]);
});

Deno.test("The children of a dynamic supervisor do not wait for each other", async () => {
  await using test = new TestSystem();
  const cast = new Cast();
  const root = test.supervise({ strategy: "dynamic" });
  cast.hold("start a");
  const [a, b] = cast.children("a", "b").map((child) =>
    startChild(root, child)
  );
  await soon(b as Promise<ActorRef<Step>>);
  assertEquals(await phasesOf(root), ["a starting", "b up"]);
  await cast.let("start a");
  await soon(a as Promise<ActorRef<Step>>);
});

Deno.test("A child whose first start fails is tried again before the children after it start", async () => {
  await using test = new TestSystem();
  const cast = new Cast();
  cast.spoil("start a", new Error("no start"));
  test.supervise({ children: cast.children("a", "b") });
  await settle();
  assertEquals(cast.news(), ["start a", "start a", "start b"]);
});

Deno.test("A temporary child whose first start fails lets the children after it start", async () => {
  await using test = new TestSystem();
  const cast = new Cast();
  cast.spoil("start a", new Error("no start"));
  const a = cast.child("a", { restart: "temporary" });
  const root = test.supervise({ children: [a, cast.child("b")] });
  await settle();
  assertEquals(await phasesOf(root), ["b up"]);
});

Deno.test("Two children of one name are refused when their supervisor is created", () => {
  assertThrows(
    () => supervisor({ children: new Cast().children("a", "a") }),
    TypeError,
    'Cannot use children[1]: its name "a" is that of another child',
  );
});

Deno.test("One child may be given to several supervisors", async () => {
  await using test = new TestSystem();
  const a = new Cast().child("a");
  const first = test.supervise({ children: [a] }, "first");
  const second = test.supervise({ children: [a] }, "second");
  assertEquals((await find(first, a)).path, "/first/a");
  assertEquals((await find(second, a)).path, "/second/a");
});

// A start that hangs.

/** A supervisor of `a`, which is up, `b`, whose start hangs, and `c`. */
async function hangingStart(
  test: TestSystem,
  options: SupervisorOptions = {},
): Promise<{ root: SupervisorRef; cast: Cast; a: Child<Step> }> {
  const cast = new Cast();
  cast.hold("start b");
  const a = cast.child("a");
  const b = cast.child("b", { shutdownMs: 70 });
  const children = [a, b, cast.child("c")];
  const root = test.supervise({ children, ...options });
  await settle();
  assertEquals(cast.news(), ["start a", "start b"]);
  return { root, cast, a };
}

Deno.test("A supervisor can be stopped while a child hangs in its start", async () => {
  await using test = new TestSystem();
  const { root, cast } = await hangingStart(test);
  root.stop();
  await test.advance(69);
  assertEquals(test.gone, ["/root/c"]);
  await test.advance(1);
  await soon(root.stopped);
  assertEquals(test.gone, ["/root/c", "/root/b", "/root/a", "/root"]);
  assertEquals(cast.news(), ["stop a"]);
});

Deno.test("A supervisor can be killed while a child hangs in its start", async () => {
  await using test = new TestSystem();
  const { root } = await hangingStart(test);
  root.kill();
  assertEquals(await soon(root.stopped), { type: "killed" });
});

Deno.test("A child is restarted while another hangs in its start", async () => {
  await using test = new TestSystem();
  const { root, cast, a } = await hangingStart(test);
  const ref = await find(root, a);
  ref.tell(crash());
  await handled(ref);
  assertEquals(cast.news(), ["stop a", "start a"]);
});

Deno.test("A child that hangs in its start can be terminated, and the next one starts", async () => {
  await using test = new TestSystem();
  const { root, cast } = await hangingStart(test);
  const done = terminateChild(root, "b");
  await test.advance(69);
  assertEquals(cast.news(), []);
  await test.advance(1);
  await soon(done);
  assertEquals(cast.news(), ["start c"]);
  assertEquals(await phasesOf(root), ["a up", "b down", "c up"]);
});

Deno.test("A child that has not had its turn to start can be terminated", async () => {
  await using test = new TestSystem();
  const { root, cast } = await hangingStart(test);
  await soon(terminateChild(root, "c"));
  await cast.let("start b");
  assertEquals(await phasesOf(root), ["a up", "b up", "c down"]);
});

Deno.test("A child that hangs in its start can be replaced", async () => {
  await using test = new TestSystem();
  const { root, cast } = await hangingStart(test);
  const done = replaceChild(root, cast.child("b"));
  await test.advance(70);
  await handled(await soon(done));
  assertEquals(await phasesOf(root), ["a up", "b up", "c up"]);
});

Deno.test("A child that hangs in its start can be restarted on request", async () => {
  await using test = new TestSystem();
  const { root, cast } = await hangingStart(test, { maxRestarts: 0 });
  const restarting = restartChild(root, "b");
  await test.advance(70);
  await soon(restarting);
  assertEquals(cast.news(), ["start b", "start c"]);
  assertEquals(await phasesOf(root), ["a up", "b up", "c up"]);
});

Deno.test("A child that hangs in its start cannot be removed", async () => {
  await using test = new TestSystem();
  const { root } = await hangingStart(test);
  await assertRejects(() => soon(removeChild(root, "b")), TroupeError);
});

Deno.test("A child that is killed as it hangs in its start is tried again", async () => {
  await using test = new TestSystem();
  const { root, cast } = await hangingStart(test);
  const [, b] = await soon(listChildren(root));
  b?.ref?.kill();
  await settle();
  assertEquals(cast.news(), ["start b", "start c"]);
});

Deno.test("A child that has not had its turn to start still starts after a kill or a stop", async () => {
  await using test = new TestSystem();
  const { root, cast } = await hangingStart(test);
  const [, , c] = await soon(listChildren(root));
  c?.ref?.kill();
  c?.ref?.stop();
  await cast.let("start b");
  assertEquals(cast.news(), ["start c"]);
});

Deno.test("A child that is added while another hangs in its start accepts messages and waits", async () => {
  await using test = new TestSystem();
  const { root, cast } = await hangingStart(test);
  const d = cast.child("d");
  const starting = startChild(root, d);
  (await find(root, d)).tell(() => void cast.log.push("handled"));
  await settle();
  assertEquals(cast.news(), []);
  await cast.let("start b");
  assertEquals(cast.news(), ["start c", "start d", "handled"]);
  await soon(starting);
});

// A start that fails forever.

/** A child that throws in each start, and how often it did. */
class Storm {
  starts = 0;
  readonly child: Child<Step> = child<Step>({
    name: "storm",
    behavior: () => {
      this.starts++;
      throw new Error("no start");
    },
  });
}

Deno.test("A storm of restarts lets immediates and timers have their turn", async () => {
  await using test = new TestSystem();
  const storm = new Storm();
  const root = test.supervise({
    maxRestarts: Infinity,
    children: [storm.child],
  });
  await new Promise<void>((resolve) => setImmediate(() => resolve()));
  const { starts } = storm;
  assert(starts > 0, "the storm has begun");
  await new Promise((resolve) => setTimeout(resolve, 0));
  assert(storm.starts > starts, "the storm goes on");
  root.kill();
});

Deno.test("A storm of restarts lets other actors have their turn", async () => {
  await using test = new TestSystem();
  const storm = new Storm();
  const root = test.supervise({
    maxRestarts: Infinity,
    children: [storm.child],
  });
  const other = test.spawn();
  await handled(other);
  root.kill();
});

Deno.test("A storm of restarts ends with the intensity", async () => {
  await using test = new TestSystem();
  const storm = new Storm();
  const root = test.supervise({ maxRestarts: 1000, children: [storm.child] });
  const reason = await root.stopped;
  assertInstanceOf(reason.type === "failed" && reason.cause, RestartLimitError);
  assertEquals(storm.starts, 1001);
});

Deno.test("A storm of asynchronous starts ends with the intensity", async () => {
  await using test = new TestSystem();
  let starts = 0;
  const storm = child<Step>({
    behavior: async () => {
      await undefined;
      starts++;
      throw new Error("no start");
    },
  });
  const root = test.supervise({ maxRestarts: 1000, children: [storm] });
  await root.stopped;
  assertEquals(starts, 1001);
});

Deno.test("A supervisor can be stopped in a storm of restarts", async () => {
  await using test = new TestSystem();
  const storm = new Storm();
  const root = test.supervise({
    maxRestarts: Infinity,
    children: [storm.child],
  });
  await settle();
  root.stop();
  assertEquals(await soon(root.stopped), { type: "shutdown" });
});

Deno.test("A child can be terminated in a storm of its restarts", async () => {
  await using test = new TestSystem();
  const storm = new Storm();
  const root = test.supervise({
    maxRestarts: Infinity,
    children: [storm.child],
  });
  await settle();
  await soon(terminateChild(root, "storm"));
  const { starts } = storm;
  await settle();
  assertEquals(storm.starts, starts);
});

// Starts that a call asks for.

/** A supervisor of `a`, which is up, that gives up at its first failure. */
async function strict(
  test: TestSystem,
  strategy: Strategy = "one_for_one",
): Promise<{ root: SupervisorRef; cast: Cast }> {
  const cast = new Cast();
  const a = cast.child("a");
  const dynamic = strategy === "dynamic";
  const root = test.supervise({
    strategy,
    maxRestarts: 0,
    ...(dynamic ? {} : { children: [a] }),
  });
  if (dynamic) await soon(startChild(root, a));
  await settle();
  assertEquals(cast.news(), ["start a"]);
  return { root, cast };
}

const STRATEGIES: readonly Strategy[] = [
  "one_for_one",
  "one_for_all",
  "rest_for_one",
  "dynamic",
];

for (const strategy of STRATEGIES) {
  Deno.test(`A start that a call asks for and that fails is an error of that call alone, under ${strategy}`, async () => {
    await using test = new TestSystem();
    const { root, cast } = await strict(test, strategy);
    for (const error of [new Error("no start"), new UnavailableError("away")]) {
      cast.spoil("start b", error);
      const refused = await assertRejects(
        () => soon(startChild(root, cast.child("b"))),
        TroupeError,
        `Cannot start b under /root: ${error.message}`,
      );
      assertStrictEquals(refused.cause, error);
      assertEquals(await phasesOf(root), ["a up"]);
    }
    // The name is free, and nothing was counted.
    await handled(await soon(startChild(root, cast.child("b"))));
    assertEquals(cast.news(), ["start b", "start b", "start b"]);
  });
}

Deno.test("startChild() resolves when the child has started", async () => {
  await using test = new TestSystem();
  const { root, cast } = await strict(test);
  cast.hold("start b");
  const starting = startChild(root, cast.child("b"));
  await assertRejects(() => soon(starting), Error, "pending");
  await cast.let("start b");
  await handled(await soon(starting));
});

Deno.test("A child that ends before it has started is an error of the call, and is not kept", async () => {
  await using test = new TestSystem();
  const { root, cast } = await strict(test);
  const ends: ((ref: ActorRef<Step>) => unknown)[] = [
    (ref) => ref.stop(),
    (ref) => ref.kill(),
    () => terminateChild(root, "b"),
  ];
  for (const end of ends) {
    cast.hold("start b");
    const b = cast.child("b");
    const starting = startChild(root, b);
    const refused = assertRejects(() => starting, TroupeError, "before it had");
    end(await find(root, b));
    await test.advance(5000);
    await refused;
    assertEquals(await phasesOf(root), ["a up"]);
  }
});

Deno.test("A call waits through a group restart for the start that it asked for", async () => {
  await using test = new TestSystem();
  const cast = new Cast();
  const a = cast.child("a");
  const root = test.supervise({ strategy: "one_for_all", children: [a] });
  const ref = await find(root, a);
  await settle();
  cast.hold("start b");
  const starting = startChild(root, cast.child("b", { shutdownMs: 0 }));
  await settle();
  ref.tell(crash());
  await handled(await soon(starting));
  assertEquals(
    cast.news(),
    ["start a", "start b", "stop a", "start a", "start b"],
  );
});

Deno.test("A start that a group restart is about to end is not the one that a call waits for", async () => {
  for (const fails of [false, true]) {
    await using test = new TestSystem();
    const cast = new Cast();
    const [a, b, c] = ["a", "b", "c"].map((name) => cast.child(name));
    const children = [a, b, c] as Child<Step>[];
    const root = test.supervise({ strategy: "one_for_all", children });
    await soon(terminateChild(root, "a"));
    cast.hold("start a");
    const restarting = restartChild(root, "a");
    const outcome = restarting.then(() => "started", () => "failed");
    cast.hold("stop c");
    (await find(root, b as Child<Step>)).tell(crash());
    await settle();
    if (fails) cast.spoil("stop a", new Error("clean-up"));
    await cast.let("start a");
    await assertRejects(() => soon(outcome), Error, "pending");
    if (fails) cast.spoil("start a", new Error("no start"));
    await cast.let("stop c");
    assertEquals(await soon(outcome), fails ? "failed" : "started");
    const first = fails ? "a down" : "a up";
    assertEquals(await phasesOf(root), [first, "b up", "c up"]);
  }
});

Deno.test("restartChild() and replaceChild() reject when the start fails, and the child is down", async () => {
  await using test = new TestSystem();
  const { root, cast } = await strict(test);
  const calls: (() => Promise<unknown>)[] = [
    () => restartChild(root, "a"),
    () => replaceChild(root, cast.child("a")),
  ];
  for (const call of calls) {
    // Once while it is up, and once while it is down.
    for (let i = 0; i < 2; i++) {
      cast.spoil("start a", new Error("no start"));
      await assertRejects(() => soon(call()), TroupeError, "no start");
      assertEquals(await phasesOf(root), ["a down"]);
    }
    await soon(call());
    assertEquals(await phasesOf(root), ["a up"]);
  }
});

Deno.test("restartChild() of a child that backs off rejects when the start fails, and the back-off goes on", async () => {
  using _chance = fixedChance(0.5);
  await using test = new TestSystem();
  const cast = new Cast();
  const outage = new UnavailableError("away");
  cast.spoil("start a", outage, outage);
  const root = test.supervise({ children: cast.children("a") });
  await settle();
  await assertRejects(
    () => soon(restartChild(root, "a")),
    TroupeError,
    "away",
  );
  assertEquals(await phasesOf(root), ["a delayed"]);
  await test.advance(100);
  assertEquals(await phasesOf(root), ["a up"]);
});

// The deadline of a start.

Deno.test("A start that takes longer than startMs is a failure, and the next child starts", async () => {
  await using test = new TestSystem();
  const cast = new Cast();
  for (const name of ["a", "b"]) cast.hold(`start ${name}`);
  const a = cast.child("a", { startMs: 100 });
  const root = test.supervise({ children: [a, ...cast.children("b", "c")] });
  await test.advance(99);
  assertEquals(cast.news(), ["start a"]);
  await test.advance(1);
  assertEquals(cast.news(), ["start b", "start a"]);
  const [failed] = test.of("failed");
  assertEquals(failed?.actor.path, "/root/a");
  assertInstanceOf(failed?.cause, StartTimeoutError);
  assertEquals(
    failed.cause.message,
    "Cannot wait longer for /root/a: it has not started within 100 ms, see startMs",
  );
  assertEquals(await phasesOf(root), ["a up", "b starting", "c off"]);
});

Deno.test("A start has sixty seconds by default", async () => {
  await using test = new TestSystem();
  const cast = new Cast();
  cast.hold("start a");
  test.supervise({ children: cast.children("a", "b") });
  await test.advance(59_999);
  assertEquals(test.of("failed"), []);
  await test.advance(1);
  assertEquals(cast.news(), ["start a", "start b", "start a"]);
});

Deno.test("Starts that take too long count as failures", async () => {
  await using test = new TestSystem();
  const { root } = await test.onlyChild(
    { started: () => new Promise<void>(() => {}) },
    { maxRestarts: 2 },
    { startMs: 100 },
  );
  for (let i = 0; i < 3; i++) await test.advance(100);
  const reason = await soon(root.stopped);
  assert(reason.type === "failed");
  assertInstanceOf((reason.cause as Error).cause, StartTimeoutError);
});

Deno.test("A group starts over when one of its starts takes too long", async () => {
  await using test = new TestSystem();
  const cast = new Cast();
  cast.hold("start b");
  const b = cast.child("b", { startMs: 100 });
  test.supervise({
    strategy: "one_for_all",
    children: [cast.child("a"), b, cast.child("c")],
  });
  await test.advance(100);
  assertEquals(cast.news(), [
    "start a",
    "start b",
    "stop a",
    "start a",
    "start b",
    "start c",
  ]);
});

Deno.test("A start that a call asks for and that takes too long is an error of that call", async () => {
  await using test = new TestSystem();
  const { root, cast } = await strict(test);
  cast.hold("start b");
  const starting = startChild(root, cast.child("b", { startMs: 100 }));
  const refused = assertRejects(() => starting, TroupeError, "within 100 ms");
  await test.advance(100);
  assertInstanceOf((await refused).cause, StartTimeoutError);
  assertEquals(await phasesOf(root), ["a up"]);
});

Deno.test("A start that is in time, or ends otherwise, leaves no deadline", async () => {
  await using test = new TestSystem();
  const cast = new Cast();
  cast.hold("start a");
  cast.hold("start b");
  const children = ["a", "b", "c"].map((name) =>
    cast.child(name, { startMs: 100, restart: "temporary", shutdownMs: 0 })
  );
  const root = test.supervise({ children });
  await test.advance(50);
  await cast.let("start a");
  await soon(terminateChild(root, "b"));
  await test.advance(1000);
  assertEquals(await phasesOf(root), ["a up", "c up"]);
  assertEquals(test.of("failed"), []);
});

Deno.test("A supervisor has no deadline for its start unless it is given one", async () => {
  for (const startMs of [undefined, 100_000]) {
    await using test = new TestSystem();
    const cast = new Cast();
    cast.hold("start a");
    const a = cast.child("a", { startMs: Infinity });
    const middle = child({
      name: "middle",
      behavior: supervisor({ children: [a] }),
      ...(startMs === undefined ? {} : { startMs }),
    });
    const root = test.supervise({ children: [middle, cast.child("z")] });
    await test.advance(100_000);
    // A first start that hangs for ever is killed at its own deadline.
    await test.advance(5000);
    const phase = startMs === undefined ? "middle starting" : "middle up";
    const z = startMs === undefined ? "z off" : "z up";
    assertEquals(await phasesOf(root), [phase, z]);
  }
});

Deno.test("A startMs that is negative or not a number is refused", () => {
  for (const startMs of [-1, NaN]) {
    assertThrows(() => new Cast().child("a", { startMs }), RangeError);
  }
});
