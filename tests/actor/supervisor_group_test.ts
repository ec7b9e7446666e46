import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  type ActorRef,
  ActorStoppedError,
  replaceChild,
  restartChild,
  startChild,
  type Strategy,
  type SupervisorOptions,
  type SupervisorRef,
  terminateChild,
} from "../../src/actor/mod.ts";
import { crash, settle, soon, type Step, TestSystem } from "./fixtures.ts";
import {
  Cast,
  find,
  fixedChance,
  hang,
  phasesOf,
} from "./supervisor_fixtures.ts";

/** A supervisor of `a`, `b` and `c`, which are up, with nothing logged yet. */
async function trio(test: TestSystem, options: SupervisorOptions): Promise<{
  readonly root: SupervisorRef;
  readonly cast: Cast;
  readonly refs: Readonly<Record<"a" | "b" | "c", ActorRef<Step>>>;
}> {
  const cast = new Cast();
  const [a, b, c] = [cast.child("a"), cast.child("b"), cast.child("c")];
  const root = test.supervise({ children: [a, b, c], ...options });
  const refs = {
    a: await find(root, a),
    b: await find(root, b),
    c: await find(root, c),
  };
  await settle();
  cast.news();
  return { root, cast, refs };
}

const expected: Record<Exclude<Strategy, "dynamic">, string[]> = {
  one_for_one: ["stop b", "start b"],
  one_for_all: ["stop b", "stop c", "stop a", "start a", "start b", "start c"],
  rest_for_one: ["stop b", "stop c", "start b", "start c"],
};

for (
  const strategy of ["one_for_one", "one_for_all", "rest_for_one"] as const
) {
  Deno.test(`A failure under ${strategy} ends and starts the right children, in order`, async () => {
    await using test = new TestSystem();
    const { cast, refs } = await trio(test, { strategy });
    refs.b.tell(crash());
    await settle();
    assertEquals(cast.news(), expected[strategy]);
  });
}

Deno.test("A failure under dynamic affects no other child", async () => {
  await using test = new TestSystem();
  const cast = new Cast();
  const root = test.supervise({ strategy: "dynamic" });
  const ref = await soon(startChild(root, cast.child("a")));
  await soon(startChild(root, cast.child("b")));
  await settle();
  cast.news();
  ref.tell(crash());
  await settle();
  assertEquals(cast.news(), ["stop a", "start a"]);
});

Deno.test("A child that stops normally and is not restarted affects no sibling", async () => {
  await using test = new TestSystem();
  const cast = new Cast();
  const a = cast.child("a", { restart: "transient" });
  const b = cast.child("b", { restart: "temporary" });
  const children = [a, b, cast.child("c")];
  const root = test.supervise({ strategy: "one_for_all", children });
  const first = await find(root, a);
  const second = await find(root, b);
  cast.news();
  first.stop();
  second.tell(crash());
  await settle();
  assertEquals(cast.news(), ["stop a", "stop b"]);
  assertEquals(await phasesOf(root), ["a down", "c up"]);
});

Deno.test("A group ends one by one, each when the child after it is gone", async () => {
  await using test = new TestSystem();
  const { cast, refs } = await trio(test, { strategy: "one_for_all" });
  cast.hold("stop c");
  refs.b.tell(crash());
  await settle();
  assertEquals(cast.news(), ["stop b", "stop c"]);
  await cast.let("stop c");
  assertEquals(cast.news(), ["stop a", "start a", "start b", "start c"]);
});

Deno.test("A group starts one by one, each when the child before it has started", async () => {
  await using test = new TestSystem();
  const { cast, refs } = await trio(test, { strategy: "one_for_all" });
  cast.hold("start a");
  cast.hold("start b");
  refs.c.tell(crash());
  await settle();
  assertEquals(cast.news(), ["stop c", "stop b", "stop a", "start a"]);
  await cast.let("start a");
  assertEquals(cast.news(), ["start b"]);
  await cast.let("start b");
  assertEquals(cast.news(), ["start c"]);
});

Deno.test("A sibling keeps its reference and its waiting messages through a group restart", async () => {
  await using test = new TestSystem();
  const { cast, refs } = await trio(test, { strategy: "one_for_all" });
  cast.hold("stop c");
  refs.b.tell(crash());
  await settle();
  assertEquals(refs.c.tell(() => void cast.log.push("handled")), true);
  await cast.let("stop c");
  assertEquals(cast.news().slice(2), [
    "stop a",
    "start a",
    "start b",
    "start c",
    "handled",
  ]);
});

Deno.test("A message that waits when a sibling fails is handled once, by the next life", async () => {
  await using test = new TestSystem();
  const { cast, refs } = await trio(test, { strategy: "one_for_all" });
  const gate = Promise.withResolvers<void>();
  refs.c.tell(() => gate.promise);
  refs.c.tell(() => void cast.log.push("handled"));
  await settle();
  refs.a.tell(crash());
  await settle();
  gate.resolve();
  await settle();
  assertEquals(cast.news(), [
    "stop a",
    "stop c",
    "stop b",
    "start a",
    "start b",
    "start c",
    "handled",
  ]);
});

Deno.test("A message that arrives before the pause of its target waits for the next life", async () => {
  await using test = new TestSystem();
  const { cast, refs } = await trio(test, { strategy: "one_for_all" });
  refs.a.tell(() => {
    refs.b.kill();
    for (let i = 0; i < 100; i++) {
      refs.c.tell(() => void cast.log.push("handled"));
    }
  });
  await settle();
  assertEquals(cast.news().filter((what) => what === "handled").length, 100);
  assertEquals(test.of("dead_letter"), []);
});

Deno.test("An ask that a paused sibling is handling gets its reply", async () => {
  await using test = new TestSystem();
  const { cast, refs } = await trio(test, { strategy: "one_for_all" });
  const gate = Promise.withResolvers<void>();
  const answer = refs.c.ask<string>((replyTo) => async () => {
    await gate.promise;
    replyTo.tell("answer");
  });
  await settle();
  refs.a.tell(crash());
  await settle();
  gate.resolve();
  assertEquals(await soon(answer), "answer");
  await settle();
  assertEquals(cast.news().at(-1), "start c");
});

Deno.test("An ask that waits at a paused sibling gets its reply from the next life", async () => {
  await using test = new TestSystem();
  const { cast, refs } = await trio(test, { strategy: "one_for_all" });
  cast.hold("stop c");
  refs.a.tell(crash());
  await settle();
  const answer = refs.c.ask<string>((replyTo) => () =>
    void replyTo.tell("answer")
  );
  await cast.let("stop c");
  assertEquals(await soon(answer), "answer");
});

Deno.test("A sibling that does not pause is killed at its deadline, and the group goes on", async () => {
  await using test = new TestSystem();
  const cast = new Cast();
  const [a, b] = [cast.child("a"), cast.child("b", { shutdownMs: 70 })];
  const root = test.supervise({ strategy: "one_for_all", children: [a, b] });
  const first = await find(root, a);
  const second = await find(root, b);
  const answer = second.ask<void>(() => hang);
  const rejected = assertRejects(() => answer, ActorStoppedError, "killed");
  second.tell(() => void cast.log.push("handled"));
  await settle();
  cast.news();
  first.tell(crash());
  await test.advance(69);
  assertEquals(cast.news(), ["stop a"]);
  await test.advance(1);
  await soon(rejected);
  assertEquals(cast.news(), ["start a", "start b", "handled"]);
});

Deno.test("A temporary sibling is gone for good when the group restarts", async () => {
  await using test = new TestSystem();
  const cast = new Cast();
  const a = cast.child("a");
  const b = cast.child("b", { restart: "temporary" });
  const children = [a, b, cast.child("c")];
  const root = test.supervise({ strategy: "one_for_all", children });
  const first = await find(root, a);
  const second = await find(root, b);
  first.tell(crash());
  assertEquals(await soon(second.stopped), { type: "shutdown" });
  await settle();
  assertEquals(await phasesOf(root), ["a up", "c up"]);
});

Deno.test("A group restart starts a child again that had ended normally", async () => {
  await using test = new TestSystem();
  const cast = new Cast();
  const a = cast.child("a", { restart: "transient" });
  const b = cast.child("b");
  const root = test.supervise({ strategy: "one_for_all", children: [a, b] });
  const first = await find(root, a);
  const second = await find(root, b);
  first.stop();
  await settle();
  cast.news();
  second.tell(crash());
  await settle();
  assertEquals(cast.news(), ["stop b", "start a", "start b"]);
  assert(await find(root, a) !== first, "it is another actor");
});

Deno.test("A group restart starts a child again that was terminated", async () => {
  await using test = new TestSystem();
  const { root, cast, refs } = await trio(test, { strategy: "rest_for_one" });
  await soon(terminateChild(root, "c"));
  refs.b.tell(crash());
  await settle();
  assertEquals(cast.news(), ["stop c", "stop b", "start b", "start c"]);
});

Deno.test("A start that fails in a group restart starts the restart over", async () => {
  await using test = new TestSystem();
  const { cast, refs } = await trio(test, { strategy: "one_for_all" });
  cast.spoil("start b", new Error("no start"));
  refs.c.tell(crash());
  await settle();
  assertEquals(cast.news().slice(3), [
    "start a",
    "start b",
    "stop a",
    "start a",
    "start b",
    "start c",
  ]);
});

Deno.test("A group restart counts once", async () => {
  await using test = new TestSystem();
  const { root, refs } = await trio(test, {
    strategy: "one_for_all",
    maxRestarts: 1,
  });
  refs.a.tell(crash());
  await settle();
  assertEquals(test.of("gave_up"), []);
  refs.b.tell(crash());
  await soon(root.stopped);
});

Deno.test("Siblings that crash together are one failure for their group", async () => {
  await using test = new TestSystem();
  const { cast, refs } = await trio(test, {
    strategy: "one_for_all",
    maxRestarts: 1,
  });
  for (const ref of Object.values(refs)) ref.tell(crash());
  await settle();
  assertEquals(test.of("gave_up"), []);
  assertEquals(cast.news().slice(-3), ["start a", "start b", "start c"]);
});

Deno.test("A group waits for the back-off of the child that failed", async () => {
  using _chance = fixedChance(0.5);
  await using test = new TestSystem();
  const { root, cast, refs } = await trio(test, {
    strategy: "one_for_all",
    backoff: { initialMs: 100 },
  });
  refs.b.tell(crash());
  await test.advance(49);
  assertEquals(cast.news(), ["stop b", "stop c", "stop a"]);
  assertEquals(await phasesOf(root), ["a off", "b delayed", "c off"]);
  await test.advance(1);
  assertEquals(cast.news(), ["start a", "start b", "start c"]);
});

Deno.test("A sibling that hangs in its start is killed at its deadline when its group restarts", async () => {
  await using test = new TestSystem();
  const { cast, refs } = await trio(test, { strategy: "one_for_all" });
  cast.hold("start b");
  refs.b.tell(crash());
  await settle();
  cast.news();
  refs.a.tell(crash());
  await test.advance(4999);
  assertEquals(cast.news(), ["stop a"]);
  await test.advance(1);
  assertEquals(cast.news(), ["start a", "start b", "start c"]);
});

Deno.test("A supervisor that is killed in the middle of a group restart starts no child", async () => {
  for (const moment of ["stop c", "start b"]) {
    await using test = new TestSystem();
    const { root, cast, refs } = await trio(test, { strategy: "one_for_all" });
    cast.hold(moment);
    refs.b.tell(crash());
    await settle();
    assertEquals(cast.news().at(-1), moment);
    root.kill();
    await cast.let(moment);
    await soon(root.stopped);
    assertEquals(cast.news(), []);
    assertEquals(test.gone, ["/root/a", "/root/b", "/root/c", "/root"]);
  }
});

Deno.test("A supervisor that is stopped in the middle of a group restart ends it in order", async () => {
  await using test = new TestSystem();
  const { root, cast, refs } = await trio(test, { strategy: "one_for_all" });
  cast.hold("stop b");
  refs.c.tell(crash());
  await settle();
  root.stop();
  await cast.let("stop b");
  await soon(root.stopped);
  assertEquals(cast.news(), ["stop c", "stop b", "stop a"]);
  assertEquals(test.gone, ["/root/c", "/root/b", "/root/a", "/root"]);
});

Deno.test("A child that is terminated during a group restart stays down, the others come back", async () => {
  await using test = new TestSystem();
  const { root, cast, refs } = await trio(test, { strategy: "one_for_all" });
  cast.hold("stop c");
  refs.b.tell(crash());
  await settle();
  const done = ["a", "b", "c"].slice(1).map((name) =>
    terminateChild(root, name)
  );
  await cast.let("stop c");
  await soon(Promise.all(done));
  await settle();
  assertEquals(await phasesOf(root), ["a up", "b down", "c down"]);
});

Deno.test("A child that is restarted on request during a group restart has one new life", async () => {
  await using test = new TestSystem();
  const { root, cast, refs } = await trio(test, { strategy: "one_for_all" });
  cast.hold("stop c");
  refs.b.tell(crash());
  await settle();
  const calls = [restartChild(root, "a"), restartChild(root, "c")];
  await cast.let("stop c");
  await soon(Promise.all(calls));
  assertEquals(cast.news().toSorted(), [
    "start a",
    "start b",
    "start c",
    "stop a",
    "stop b",
    "stop c",
  ]);
});

Deno.test("A child that is added during a group restart starts after the others", async () => {
  await using test = new TestSystem();
  const { root, cast, refs } = await trio(test, { strategy: "one_for_all" });
  cast.hold("stop c");
  refs.b.tell(crash());
  await settle();
  const starting = startChild(root, cast.child("d"));
  await cast.let("stop c");
  await soon(starting);
  assertEquals(cast.news().slice(3), [
    "start a",
    "start b",
    "start c",
    "start d",
  ]);
});

Deno.test("A child that is replaced during a group restart comes back in its place", async () => {
  await using test = new TestSystem();
  const { root, cast, refs } = await trio(test, { strategy: "one_for_all" });
  cast.hold("stop c");
  refs.b.tell(crash());
  await settle();
  const other = new Cast();
  const done = replaceChild(root, other.child("a"));
  await cast.let("stop c");
  await soon(done);
  await settle();
  assertEquals(cast.news().slice(-2), ["start b", "start c"]);
  assertEquals(other.log, ["start a"]);
  assertEquals(await phasesOf(root), ["a up", "b up", "c up"]);
});
