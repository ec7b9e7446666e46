import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  type ActorRef,
  child,
  type ChildSpec,
  replaceChild,
  restartChild,
  startChild,
  supervisor,
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
import { Cast, hang, phasesOf } from "./supervisor_fixtures.ts";

/** A dynamic supervisor of some children, which are up. */
async function crowd(
  test: TestSystem,
  count: number,
  spec: Omit<ChildSpec<Step>, "behavior" | "name"> = {},
): Promise<{ boss: SupervisorRef; refs: ActorRef<Step>[] }> {
  const boss = test.supervise({ strategy: "dynamic" });
  const worker = child({ ...spec, behavior: stepper() });
  const refs = await Promise.all(
    Array.from({ length: count }, () => startChild(boss, worker)),
  );
  await test.system.idle();
  return { boss, refs };
}

Deno.test("A dynamic supervisor starts many children of one kind", async () => {
  await using test = new TestSystem();
  const { boss, refs } = await crowd(test, 3);
  assertEquals(await phasesOf(boss), ["1 up", "2 up", "3 up"]);
  assertEquals(refs.map(({ path }) => path), ["/boss/1", "/boss/2", "/boss/3"]);
});

Deno.test("A dynamic supervisor has no children from the start", () => {
  assertThrows(
    () => supervisor({ strategy: "dynamic", children: [] }),
    TypeError,
    "use startChild",
  );
});

Deno.test("A dynamic supervisor restarts a child that fails, and no other", async () => {
  await using test = new TestSystem();
  const { refs: [first, second] } = await crowd(test, 2);
  first?.tell(crash());
  await settle();
  const restarted = test.of("restarted").map(({ actor }) => actor.path);
  assertEquals(restarted, ["/boss/1"]);
  assert(second?.alive);
});

Deno.test("A dynamic supervisor gives up when its children fail too often", async () => {
  await using test = new TestSystem();
  const { boss, refs } = await crowd(test, 4);
  for (const ref of refs) ref.tell(crash());
  await soon(boss.stopped);
  assertEquals(test.of("gave_up").length, 1);
});

Deno.test("A dynamic supervisor forgets a child that has ended, whatever its policy", async () => {
  for (const restart of ["transient", "temporary"] as const) {
    await using test = new TestSystem();
    const { boss, refs } = await crowd(test, 2, { restart });
    refs[0]?.stop();
    await settle();
    assertEquals(await phasesOf(boss), ["2 up"]);
  }
});

Deno.test("A dynamic supervisor forgets a child that was terminated", async () => {
  await using test = new TestSystem();
  const { boss } = await crowd(test, 2);
  await soon(terminateChild(boss, "1"));
  assertEquals(await phasesOf(boss), ["2 up"]);
  await assertRejects(
    () => soon(restartChild(boss, "1")),
    TroupeError,
    "there is no child 1",
  );
});

Deno.test("A dynamic supervisor takes a name again as soon as its child is terminated", async () => {
  await using test = new TestSystem();
  const boss = test.supervise({ strategy: "dynamic" });
  for (let i = 0; i < 3; i++) {
    const ref = await test.supervised({}, { name: "a" }, boss);
    await handled(ref);
    await soon(terminateChild(boss, "a"));
  }
});

Deno.test("A dynamic supervisor takes a name again as soon as its child is gone", async () => {
  await using test = new TestSystem();
  const boss = test.supervise({ strategy: "dynamic" });
  const spec = { name: "a", restart: "transient" } as const;
  for (let i = 0; i < 3; i++) {
    const ref = await test.supervised({}, spec, boss);
    ref.stop();
    await soon(ref.stopped);
  }
  assertEquals(test.gone.length, 3);
});

Deno.test("A dynamic supervisor replaces a child", async () => {
  await using test = new TestSystem();
  const { boss, refs } = await crowd(test, 2);
  const next = { name: "1", behavior: stepper() };
  await handled(await soon(replaceChild(boss, next)));
  assertEquals(refs.map(({ alive }) => alive), [false, true]);
});

Deno.test("A dynamic supervisor stops its children all at once", async () => {
  await using test = new TestSystem();
  const { boss, refs } = await crowd(test, 3, { shutdownMs: 70 });
  for (const ref of refs) ref.tell(hang);
  await settle();
  boss.stop();
  await test.advance(69);
  assertEquals(test.gone, []);
  await test.advance(1);
  await soon(boss.stopped);
  assertEquals(test.gone.length, 4);
});

Deno.test("A dynamic supervisor that is added to and stopped in one go starts and stops all", async () => {
  await using test = new TestSystem();
  const boss = test.supervise({ strategy: "dynamic" });
  const cast = new Cast();
  const calls = cast.children("a", "b").map((child) => startChild(boss, child));
  boss.stop();
  for (const call of calls) await assertRejects(() => soon(call), TroupeError);
  await soon(boss.stopped);
  assertEquals(cast.news(), []);
});

/** Counts how often the scheduler has to choose: work, but no time. */
async function turnsToStop(count: number): Promise<number> {
  let turns = 0;
  const scheduler = { burst: 16, pick: () => (turns++, 0) };
  await using test = new TestSystem({ scheduler });
  const { boss, refs } = await crowd(test, count);
  turns = 0;
  boss.stop();
  await boss.stopped;
  assert(refs.every(({ alive }) => !alive));
  return turns;
}

Deno.test("A dynamic supervisor stops ten thousand children with ten times the work of a thousand", async () => {
  const thousand = await turnsToStop(1000);
  const tenThousand = await turnsToStop(10_000);
  assert(thousand >= 999, "each child has a turn");
  assert(tenThousand < 11 * thousand, `${tenThousand} turns, ${thousand}`);
});

Deno.test("A dynamic supervisor terminates ten thousand children one by one", async () => {
  await using test = new TestSystem();
  const { boss, refs } = await crowd(test, 10_000);
  await Promise.all(refs.map(({ name }) => terminateChild(boss, name)));
  assertEquals(await phasesOf(boss), []);
});

Deno.test("A dynamic supervisor restarts ten thousand children that fail together", async () => {
  await using test = new TestSystem();
  const boss = test.supervise({ strategy: "dynamic", maxRestarts: Infinity });
  const worker = child({ behavior: stepper() });
  const refs = await Promise.all(
    Array.from({ length: 10_000 }, () => startChild(boss, worker)),
  );
  for (const ref of refs) ref.tell(crash());
  await test.system.idle();
  assertEquals(test.of("restarted").length, 10_000);
});
