import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  type ActorRef,
  type Child,
  child,
  findChild,
  RestartLimitError,
  startChild,
  supervisor,
  type SupervisorMessage,
  type SupervisorOptions,
  type SupervisorRef,
  terminateChild,
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

/** A supervisor `top` of a supervisor `middle` of children `a` and `b`. */
async function family(
  test: TestSystem,
  options: SupervisorOptions = {},
  topOptions: SupervisorOptions = {},
): Promise<{
  readonly cast: Cast;
  readonly top: SupervisorRef;
  readonly middle: SupervisorRef;
  readonly children: readonly [Child<Step>, Child<Step>];
}> {
  const cast = new Cast();
  const children = [cast.child("a"), cast.child("b")] as const;
  const behavior = supervisor({ children, maxRestarts: 0, ...options });
  const below = child({ name: "middle", behavior });
  const top = test.supervise({ children: [below], ...topOptions }, "top");
  const middle = await soon(findChild(top, below));
  await settle();
  cast.news();
  return { cast, top, middle, children };
}

// Giving up.

Deno.test("A supervisor that gives up has its whole subtree restarted, in order", async () => {
  await using test = new TestSystem();
  const { cast, middle, children: [a] } = await family(test);
  (await find(middle, a)).tell(crash());
  await settle();
  assertEquals(cast.news(), ["stop a", "stop b", "start a", "start b"]);
  assertEquals(
    test.of("restarted").map(({ actor }) => actor.path),
    ["/top/middle"],
  );
});

Deno.test("A subtree that was restarted has new children under its old names", async () => {
  await using test = new TestSystem();
  const { middle, children: [a] } = await family(test);
  const before = await find(middle, a);
  before.tell(crash());
  await settle();
  const after = await find(middle, a);
  assertEquals(before.path, after.path);
  assertEquals([before.alive, after.alive], [false, true]);
});

Deno.test("A supervisor that is restarted has only its initial children", async () => {
  await using test = new TestSystem();
  const { cast, middle, children: [a] } = await family(test);
  await soon(startChild(middle, cast.child("c")));
  (await find(middle, a)).tell(crash());
  await settle();
  assertEquals(await phasesOf(middle), ["a up", "b up"]);
});

Deno.test("A supervisor that is restarted starts its count of failures over", async () => {
  await using test = new TestSystem();
  const { middle, children: [a] } = await family(test, { maxRestarts: 1 });
  for (let i = 0; i < 3; i++) {
    (await find(middle, a)).tell(crash());
    await settle();
  }
  assertEquals(test.of("gave_up").length, 1);
});

Deno.test("A supervisor that gives up counts once for the supervisor above", async () => {
  await using test = new TestSystem();
  const { top, middle, children: [a] } = await family(
    test,
    {},
    { maxRestarts: 1 },
  );
  (await find(middle, a)).tell(crash());
  await settle();
  assert(top.alive);
  (await find(middle, a)).tell(crash());
  await soon(top.stopped);
});

Deno.test("A failure that no level can repair ends the whole tree, and says why", async () => {
  await using test = new TestSystem();
  const { top, middle, children: [a] } = await family(
    test,
    {},
    { maxRestarts: 0 },
  );
  const cause = new Error("crash");
  (await find(middle, a)).tell(crash(cause));
  const reason = await soon(top.stopped);
  const outer = reason.type === "failed" ? reason.cause : undefined;
  assertInstanceOf(outer, RestartLimitError);
  assertInstanceOf(outer.cause, RestartLimitError);
  assertStrictEquals(outer.cause.cause, cause);
  assertEquals(test.of("gave_up").map(({ supervisor }) => supervisor.path), [
    "/top/middle",
    "/top",
  ]);
});

Deno.test("A supervisor that gave up over an outage counts as a failure above", async () => {
  await using test = new TestSystem();
  using _chance = fixedChance(0.5);
  const outage = new UnavailableError("nobody is there");
  const cast = new Cast();
  cast.spoil("start a", ...Array.from({ length: 9 }, () => outage));
  const middle = child({
    name: "middle",
    behavior: supervisor({
      children: cast.children("a"),
      unavailable: { backoff: { maxMs: 100 }, giveUpAfterMs: 60 },
    }),
  });
  const top = test.supervise({ maxRestarts: 0, children: [middle] });
  await test.advance(50);
  await test.advance(50);
  await soon(top.stopped);
});

Deno.test("A transient supervisor that gives up is restarted", async () => {
  await using test = new TestSystem();
  const top = test.supervise({}, "top");
  const a = new Cast().child("a");
  const middle: SupervisorRef = await soon(startChild(top, {
    name: "middle",
    restart: "transient",
    behavior: supervisor({ maxRestarts: 0, children: [a] }),
  }));
  (await find(middle, a)).tell(crash());
  await settle();
  await handled(await find(middle, a));
});

// Group restarts of supervisors.

Deno.test("A supervisor that is paused with its group stops its children last to first", async () => {
  await using test = new TestSystem();
  const { cast, top, middle } = await family(test, {}, {
    strategy: "one_for_all",
  });
  const other = await soon(startChild(top, cast.child("other")));
  await settle();
  cast.news();
  other.tell(crash());
  await settle();
  assertEquals(cast.news(), [
    "stop other",
    "stop b",
    "stop a",
    "start a",
    "start b",
    "start other",
  ]);
  assert(middle.alive, "its reference is the same");
});

Deno.test("A message to a supervisor that is paused waits for its next life", async () => {
  await using test = new TestSystem();
  const { cast, top, middle } = await family(test, {}, {
    strategy: "one_for_all",
  });
  const other = await soon(startChild(top, cast.child("other")));
  cast.hold("stop a");
  other.tell(crash());
  await settle();
  const started = startChild(middle, cast.child("c"));
  await cast.let("stop a");
  await handled(await soon(started));
});

/** A supervisor of a supervisor, whose child hangs in its start, and of `b`. */
async function hangingBelow(test: TestSystem): Promise<{
  readonly cast: Cast;
  readonly top: SupervisorRef;
  readonly middle: SupervisorRef;
}> {
  const cast = new Cast();
  cast.hold("start a");
  const behavior = supervisor({ children: cast.children("a") });
  const below = child({ name: "middle", behavior });
  const children = [below, cast.child("b")];
  const top = test.supervise({ children }, "top");
  const middle = await soon(findChild(top, below));
  await settle();
  return { cast, top, middle };
}

Deno.test("A supervisor has started when its children have", async () => {
  await using test = new TestSystem();
  const { cast, top } = await hangingBelow(test);
  assertEquals(cast.news(), ["start a"]);
  assertEquals(await phasesOf(top), ["middle starting", "b off"]);
  await cast.let("start a");
  assertEquals(cast.news(), ["start b"]);
  assertEquals(await phasesOf(top), ["middle up", "b up"]);
});

Deno.test("A supervisor without children has started at once", async () => {
  await using test = new TestSystem();
  const cast = new Cast();
  const middle = child({ behavior: supervisor() });
  test.supervise({ children: [middle, cast.child("b")] }, "top");
  await settle();
  assertEquals(cast.news(), ["start b"]);
});

Deno.test("A supervisor replies while its children start", async () => {
  await using test = new TestSystem();
  const { cast, top, middle } = await hangingBelow(test);
  const done = terminateChild(middle, "a");
  await test.advance(5000);
  await soon(done);
  await settle();
  assertEquals(cast.news(), ["start a", "start b"]);
  assertEquals(await phasesOf(top), ["middle up", "b up"]);
});

Deno.test("A supervisor that gives up in its start is tried again before the children after it start", async () => {
  await using test = new TestSystem();
  const cast = new Cast();
  cast.spoil("start a", "no", "no");
  const behavior = supervisor({
    maxRestarts: 1,
    children: cast.children("a"),
  });
  test.supervise({ children: [child({ behavior }), cast.child("b")] });
  await settle();
  assertEquals(cast.news(), ["start a", "start a", "start a", "start b"]);
  assertEquals(test.of("gave_up").length, 1);
});

Deno.test("A start that is reported as its supervisor is killed does not affect the next life", async () => {
  await using test = new TestSystem();
  const cast = new Cast();
  const [a, b] = [cast.child("a"), cast.child("b")];
  const top = test.supervise({}, "top");
  const behavior = supervisor({ children: [a, b] });
  const middle: SupervisorRef = await soon(startChild(top, { behavior }));
  const ref = await find(middle, a);
  ref.tell(crash());
  // Its next life does this in the turn in which it starts.
  ref.tell(() => {
    cast.hold("start a");
    middle.kill();
  });
  await settle();
  assertEquals(await phasesOf(middle), ["a starting", "b off"]);
});

// Deadlines.

Deno.test("A supervisor has no deadline of its own: each child has all of its time", async () => {
  await using test = new TestSystem({ shutdownMs: Infinity });
  const cast = new Cast();
  for (const name of ["a", "b", "c"]) cast.hold(`stop ${name}`);
  const root = test.supervise({ children: cast.children("a", "b", "c") });
  await settle();
  root.stop();
  const gone: number[] = [];
  for (let i = 0; i < 3; i++) {
    await test.advance(4999);
    gone.push(test.gone.length);
    await test.advance(1);
    gone.push(test.gone.length);
  }
  assertEquals(gone, [0, 1, 1, 2, 2, 4]);
  await soon(root.stopped);
});

Deno.test("A child that ignores its stop is killed at its own deadline", async () => {
  await using test = new TestSystem();
  const cast = new Cast();
  cast.hold("stop a");
  cast.hold("stop b");
  const children = [
    cast.child("a", { shutdownMs: 30 }),
    cast.child("b", { shutdownMs: 70 }),
  ];
  const root = test.supervise({ children });
  await settle();
  root.stop();
  await test.advance(69);
  assertEquals(test.gone, []);
  await test.advance(1);
  assertEquals(test.gone, ["/root/b"]);
  await test.advance(30);
  assertEquals(test.gone, ["/root/b", "/root/a", "/root"]);
  await soon(root.stopped);
});

// Significant children.

/** A supervisor of `a` and `b`, which are significant, and of `c`. */
async function significant(
  test: TestSystem,
  options: SupervisorOptions,
): Promise<{
  readonly root: SupervisorRef;
  readonly a: ActorRef<Step>;
  readonly b: ActorRef<Step>;
  readonly c: ActorRef<Step>;
}> {
  const cast = new Cast();
  const a = cast.child("a", { restart: "transient", significant: true });
  const b = cast.child("b", { restart: "temporary", significant: true });
  const c = cast.child("c", { restart: "transient" });
  const root = test.supervise({ children: [a, b, c], ...options });
  return {
    root,
    a: await find(root, a),
    b: await find(root, b),
    c: await find(root, c),
  };
}

Deno.test("The end of one significant child ends a supervisor with any_significant", async () => {
  await using test = new TestSystem();
  const { root, a } = await significant(test, {
    autoShutdown: "any_significant",
  });
  a.stop();
  assertEquals(await soon(root.stopped), { type: "shutdown" });
  assertEquals(test.gone, ["/root/a", "/root/c", "/root/b", "/root"]);
});

Deno.test("The failure of a temporary significant child ends a supervisor with any_significant", async () => {
  await using test = new TestSystem();
  const { root, b } = await significant(test, {
    autoShutdown: "any_significant",
  });
  b.tell(crash());
  assertEquals(await soon(root.stopped), { type: "shutdown" });
});

Deno.test("The end of the last significant child ends a supervisor with all_significant", async () => {
  await using test = new TestSystem();
  const { root, a, b } = await significant(test, {
    autoShutdown: "all_significant",
  });
  a.stop();
  await settle();
  assert(root.alive);
  b.stop();
  assertEquals(await soon(root.stopped), { type: "shutdown" });
});

Deno.test("A significant child that is restarted ends nothing", async () => {
  await using test = new TestSystem();
  const { root, a } = await significant(test, {
    autoShutdown: "any_significant",
  });
  a.tell(crash());
  await handled(a);
  assert(root.alive);
});

Deno.test("The end of a child that is not significant ends nothing", async () => {
  await using test = new TestSystem();
  const { root, c } = await significant(test, {
    autoShutdown: "any_significant",
  });
  c.stop();
  await soon(c.stopped);
  await settle();
  assert(root.alive);
});

Deno.test("Significant children end nothing unless autoShutdown says so", async () => {
  await using test = new TestSystem();
  const { root, a, b } = await significant(test, {});
  a.stop();
  b.stop();
  await settle();
  assert(root.alive);
});

Deno.test("A significant child that is terminated on request ends nothing", async () => {
  await using test = new TestSystem();
  const { root } = await significant(test, {
    autoShutdown: "any_significant",
  });
  await soon(terminateChild(root, "a"));
  await soon(terminateChild(root, "b"));
  assert(root.alive);
});

Deno.test("A significant child that ends with its group ends nothing", async () => {
  await using test = new TestSystem();
  const { root, b, c } = await significant(test, {
    strategy: "one_for_all",
    autoShutdown: "any_significant",
  });
  c.tell(crash());
  await soon(b.stopped);
  await settle();
  assertEquals(await phasesOf(root), ["a up", "c up"]);
});

Deno.test("A supervisor that ends because of its significant children is restarted if it is permanent", async () => {
  for (const restart of ["permanent", "transient"] as const) {
    await using test = new TestSystem();
    const a = new Cast().child("a", {
      restart: "transient",
      significant: true,
    });
    const options = { autoShutdown: "any_significant", children: [a] } as const;
    const spec = { name: "middle", restart, behavior: supervisor(options) };
    const top = test.supervise({}, "top");
    const middle: SupervisorRef = await soon(startChild(top, spec));
    (await find(middle, a)).stop();
    await settle();
    const phase = restart === "permanent" ? "up" : "down";
    assertEquals(await phasesOf(top), [`middle ${phase}`]);
  }
});

Deno.test("A permanent child cannot be significant", () => {
  assertThrows(() => new Cast().child("a", { significant: true }), TypeError);
});

Deno.test("A behaviour that adds a clean-up to a supervisor is a supervisor", async () => {
  await using test = new TestSystem();
  const cast = new Cast();
  const a = cast.child("a");
  const supervise = supervisor({ children: [a] });
  const root = test.system.spawn<SupervisorMessage>(async (context) => ({
    ...await supervise(context),
    stopped: () => void cast.log.push("clean up"),
  }), { name: "root" });
  (await find(root, a)).tell(crash());
  await settle();
  root.stop();
  await soon(root.stopped);
  assertEquals(
    cast.news(),
    ["start a", "stop a", "start a", "stop a", "clean up"],
  );
});
