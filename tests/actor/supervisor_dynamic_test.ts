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
): Promise<{ root: SupervisorRef; refs: ActorRef<Step>[] }> {
  const root = test.supervise({ strategy: "dynamic" });
  const worker = child({ ...spec, behavior: stepper() });
  const refs = await Promise.all(
    Array.from({ length: count }, () => startChild(root, worker)),
  );
  await test.system.idle();
  return { root, refs };
}

Deno.test("A dynamic supervisor starts many children of one kind", async () => {
  await using test = new TestSystem();
  const { root, refs } = await crowd(test, 3);
  assertEquals(await phasesOf(root), ["1 up", "2 up", "3 up"]);
  assertEquals(refs.map(({ path }) => path), ["/root/1", "/root/2", "/root/3"]);
});

Deno.test("A dynamic supervisor has no initial children", () => {
  assertThrows(
    () => supervisor({ strategy: "dynamic", children: [] }),
    TypeError,
    "start them with startChild",
  );
});

Deno.test("A dynamic supervisor restarts a child that fails, and no other", async () => {
  await using test = new TestSystem();
  const { refs: [first, second] } = await crowd(test, 2);
  first?.tell(crash());
  await settle();
  const restarted = test.of("restarted").map(({ actor }) => actor.path);
  assertEquals(restarted, ["/root/1"]);
  assert(second?.alive);
});

Deno.test("A dynamic supervisor gives up when its children fail too often", async () => {
  await using test = new TestSystem();
  const { root, refs } = await crowd(test, 4);
  for (const ref of refs) ref.tell(crash());
  await soon(root.stopped);
  assertEquals(test.of("gave_up").length, 1);
});

Deno.test("A dynamic supervisor removes a child that has ended, whatever its policy", async () => {
  for (const restart of ["transient", "temporary"] as const) {
    await using test = new TestSystem();
    const { root, refs } = await crowd(test, 2, { restart });
    refs[0]?.stop();
    await settle();
    assertEquals(await phasesOf(root), ["2 up"]);
  }
});

Deno.test("A dynamic supervisor removes a child that was terminated", async () => {
  await using test = new TestSystem();
  const { root } = await crowd(test, 2);
  await soon(terminateChild(root, "1"));
  assertEquals(await phasesOf(root), ["2 up"]);
  await assertRejects(
    () => soon(restartChild(root, "1")),
    TroupeError,
    "there is no child 1",
  );
});

Deno.test("A dynamic supervisor accepts a name again as soon as its child is terminated", async () => {
  await using test = new TestSystem();
  const root = test.supervise({ strategy: "dynamic" });
  for (let i = 0; i < 3; i++) {
    const ref = await test.supervised({}, { name: "a" }, root);
    await handled(ref);
    await soon(terminateChild(root, "a"));
  }
});

Deno.test("A dynamic supervisor accepts a name again as soon as its child is gone", async () => {
  await using test = new TestSystem();
  const root = test.supervise({ strategy: "dynamic" });
  const spec = { name: "a", restart: "transient" } as const;
  for (let i = 0; i < 3; i++) {
    const ref = await test.supervised({}, spec, root);
    ref.stop();
    await soon(ref.stopped);
  }
  assertEquals(test.gone.length, 3);
});

Deno.test("A dynamic supervisor replaces a child", async () => {
  await using test = new TestSystem();
  const { root, refs } = await crowd(test, 2);
  const next = { name: "1", behavior: stepper() };
  await handled(await soon(replaceChild(root, next)));
  assertEquals(refs.map(({ alive }) => alive), [false, true]);
});

Deno.test("A dynamic supervisor stops its children all together", async () => {
  await using test = new TestSystem();
  const { root, refs } = await crowd(test, 3, { shutdownMs: 70 });
  for (const ref of refs) ref.tell(hang);
  await settle();
  root.stop();
  await test.advance(69);
  assertEquals(test.gone, []);
  await test.advance(1);
  await soon(root.stopped);
  assertEquals(test.gone.length, 4);
});

Deno.test("A dynamic supervisor that is added to and stopped in one go starts and stops all", async () => {
  await using test = new TestSystem();
  const root = test.supervise({ strategy: "dynamic" });
  const cast = new Cast();
  const calls = cast.children("a", "b").map((child) => startChild(root, child));
  root.stop();
  for (const call of calls) await assertRejects(() => soon(call), TroupeError);
  await soon(root.stopped);
  assertEquals(cast.news(), []);
});

/** Counts how often the scheduler has to choose: work, but no time. */
async function turnsToStop(count: number): Promise<number> {
  let turns = 0;
  const scheduler = { burst: 16, pick: () => (turns++, 0) };
  await using test = new TestSystem({ scheduler });
  const { root, refs } = await crowd(test, count);
  turns = 0;
  root.stop();
  await root.stopped;
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
  const { root, refs } = await crowd(test, 10_000);
  await Promise.all(refs.map(({ name }) => terminateChild(root, name)));
  assertEquals(await phasesOf(root), []);
});

Deno.test("A dynamic supervisor restarts ten thousand children that fail together", async () => {
  await using test = new TestSystem();
  const root = test.supervise({ strategy: "dynamic", maxRestarts: Infinity });
  const worker = child({ behavior: stepper() });
  const refs = await Promise.all(
    Array.from({ length: 10_000 }, () => startChild(root, worker)),
  );
  for (const ref of refs) ref.tell(crash());
  await test.system.idle();
  assertEquals(test.of("restarted").length, 10_000);
});
