import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  listChildren,
  removeChild,
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
  type Hooks,
  settle,
  soon,
  TestSystem,
} from "./fixtures.ts";
import {
  backingOff,
  Cast,
  delays,
  find,
  fixedChance,
  phasesOf,
  rootOf,
} from "./supervisor_fixtures.ts";

Deno.test("A restart after a failure waits for the back-off, and so do messages", async () => {
  using _chance = fixedChance(0.5);
  await using test = new TestSystem();
  const backoff = { initialMs: 100 };
  const root = test.supervise({ backoff });
  let count = 0;
  const ref = await test.supervised({}, {}, root);
  ref.tell(crash());
  await settle();
  assertEquals(ref.tell(() => void count++), true);
  await test.advance(49);
  assertEquals(test.of("restarted").length, 0);
  assertEquals(count, 0);
  await test.advance(1);
  assertEquals(test.of("restarted").length, 1);
  assertEquals(count, 1);
});

Deno.test("Messages wait for a child's next life after a stop as well", async () => {
  using _chance = fixedChance(0.5);
  await using test = new TestSystem();
  const root = test.supervise({ backoff: { initialMs: 100 } });
  let count = 0;
  const ref = await test.supervised({}, {}, root);
  ref.stop();
  await settle();
  assertEquals(ref.tell(() => void count++), true);
  await test.advance(50);
  assertEquals(count, 1);
});

Deno.test("A mailbox stays bounded during the back-off", async () => {
  using _chance = fixedChance(0.5);
  await using test = new TestSystem();
  const root = test.supervise({ backoff: {} });
  const mailbox = { maxMessages: 2 };
  const ref = await test.supervised({}, { mailbox }, root);
  ref.tell(crash());
  await settle();
  const answers = [1, 2, 3].map(() => ref.tell(() => {}));
  assertEquals(answers, [true, true, false]);
});

Deno.test("The back-off grows with each failure, up to its cap", async () => {
  using _chance = fixedChance(0.5);
  await using test = new TestSystem();
  const backoff = { initialMs: 100, maxMs: 500 };
  const root = test.supervise({ backoff, maxRestarts: 9 });
  const ref = await test.supervised({}, {}, root);
  assertEquals(await delays(test, ref, 5), [50, 100, 200, 250, 250]);
});

Deno.test("The back-off starts over after a healthy time", async () => {
  using _chance = fixedChance(0.5);
  await using test = new TestSystem();
  const backoff = { initialMs: 100, resetAfterMs: 1000 };
  const root = test.supervise({ backoff, maxRestarts: 9 });
  const ref = await test.supervised({}, {}, root);
  assertEquals(await delays(test, ref, 2), [50, 100]);
  await test.advance(900);
  assertEquals(await delays(test, ref, 1), [200], "that was not long enough");
  await test.advance(1001);
  assertEquals(await delays(test, ref, 1), [50]);
});

Deno.test("Each child has its own back-off", async () => {
  using _chance = fixedChance(0.5);
  await using test = new TestSystem();
  const root = test.supervise({ backoff: {}, maxRestarts: 9 });
  const first = await test.supervised({}, {}, root);
  const second = await test.supervised({}, {}, root);
  assertEquals(await delays(test, first, 2), [50, 100]);
  assertEquals(await delays(test, second, 1), [50]);
});

Deno.test("Back-off options are checked when the supervisor is created", () => {
  assertThrows(() => supervisor({ backoff: { initialMs: -1 } }), RangeError);
});

Deno.test("A transient child that is stopped during its back-off is gone at once", async () => {
  await using test = new TestSystem();
  const ref = await backingOff(test, "transient");
  ref.tell(() => {});
  ref.stop();
  assertEquals(await soon(ref.stopped), { type: "failed", cause: "crash" });
  assertEquals(test.of("dead_letter").length, 1);
  await test.advance(50);
  assertEquals(test.of("restarted"), []);
});

Deno.test("A permanent child that is stopped during its back-off is restarted once", async () => {
  await using test = new TestSystem();
  const ref = await backingOff(test, "permanent");
  ref.tell(() => {});
  ref.stop();
  ref.stop();
  await settle();
  assertEquals(test.of("dead_letter").length, 1, "what waited is discarded");
  assertEquals(ref.tell(() => {}), true, "what comes then waits");
  await test.advance(49);
  assertEquals(test.of("restarted"), []);
  await test.advance(1e5);
  assertEquals(test.of("restarted").length, 1);
  await handled(ref);
});

Deno.test("A child that is drained during its back-off handles what waits in its next life", async () => {
  await using test = new TestSystem();
  const ref = await backingOff(test, "transient");
  let count = 0;
  ref.tell(() => void count++);
  ref.drain();
  assertEquals(ref.tell(() => {}), false);
  await settle();
  assertEquals(count, 0);
  await test.advance(50);
  assertEquals(count, 1);
  assertEquals(await soon(ref.stopped), { type: "shutdown" });
});

Deno.test("A child that is killed during its back-off is still restarted", async () => {
  await using test = new TestSystem();
  const ref = await backingOff(test, "transient");
  ref.kill();
  await test.advance(50);
  await handled(ref);
});

Deno.test("A supervisor that stops during the back-off of a child ends the child", async () => {
  await using test = new TestSystem();
  const ref = await backingOff(test, "permanent");
  await test.system.shutdown();
  assertEquals(await soon(ref.stopped), { type: "failed", cause: "crash" });
  assertEquals(test.gone, ["/root/a", "/root"]);
});

Deno.test("The back-off has full jitter: from 0 to its ceiling", async () => {
  const ceilings = [100, 200, 400, 500, 500];
  for (const part of [0, 0.1, 0.9]) {
    using _chance = fixedChance(part);
    await using test = new TestSystem();
    const backoff = { initialMs: 100, maxMs: 500 };
    const root = test.supervise({ backoff, maxRestarts: 9 });
    const ref = await test.supervised({}, {}, root);
    assertEquals(
      await delays(test, ref, 5),
      ceilings.map((ceiling) => ceiling * part),
    );
  }
});

Deno.test("Time spent in a start that hangs before it fails is not healthy time", async () => {
  using _chance = fixedChance(0.5);
  await using test = new TestSystem();
  const backoff = { initialMs: 100, resetAfterMs: 1000 };
  const gates = Array.from({ length: 3 }, () => Promise.withResolvers<void>());
  const started: Hooks["started"] = (_, life) => gates[life]?.promise;
  await test.onlyChild({ started }, { backoff, maxRestarts: 9 });
  const waits: number[] = [];
  for (const gate of gates.slice(0, 2)) {
    await test.advance(2000);
    gate.reject(new Error("no start"));
    await settle();
    const from = test.clock.now();
    const before = test.of("restarted").length;
    while (test.of("restarted").length === before) await test.advance(10);
    waits.push(test.clock.now() - from);
  }
  assertEquals(waits, [50, 100]);
});

Deno.test("The failures of a child are forgotten when it was terminated", async () => {
  using _chance = fixedChance(0.5);
  await using test = new TestSystem();
  const root = test.supervise({ backoff: {}, maxRestarts: 9 });
  const a = new Cast().child("a");
  await soon(startChild(root, a));
  assertEquals(await delays(test, await find(root, a), 2), [50, 100]);
  await soon(terminateChild(root, "a"));
  await soon(restartChild(root, "a"));
  assertEquals(await delays(test, await find(root, a), 1), [50]);
});

Deno.test("A back-off waits in no mailbox: a full one does not lose it", async () => {
  using _chance = fixedChance(0.5);
  await using test = new TestSystem();
  const root = test.system.spawn(supervisor({ backoff: { initialMs: 100 } }), {
    name: "root",
    mailbox: { maxMessages: 1 },
  });
  const ref = await test.supervised({}, {}, root);
  ref.tell(crash());
  await settle();
  const listed = listChildren(root);
  test.clock.advance(50);
  await soon(listed);
  await handled(ref);
});

Deno.test("A child that fails when it must end with its group anyway does not wait longer", async () => {
  using _chance = fixedChance(0.5);
  await using test = new TestSystem();
  const cast = new Cast();
  const [a, b, c] = [cast.child("a"), cast.child("b"), cast.child("c")];
  const root = test.supervise({
    strategy: "one_for_all",
    backoff: { initialMs: 100 },
    children: [a, b, c],
  });
  const second = await find(root, b);
  cast.hold("stop c");
  (await find(root, a)).tell(crash());
  await settle();
  second.tell(crash());
  await cast.let("stop c");
  await test.advance(50);
  assertEquals(await delays(test, second, 1), [50]);
});

// What is done during a back-off.

Deno.test("A child that is terminated during its back-off is down at once, and stays so", async () => {
  await using test = new TestSystem();
  const ref = await backingOff(test, "permanent");
  const root = rootOf(test);
  await soon(terminateChild(root, "a"));
  assertEquals(await soon(ref.stopped), { type: "failed", cause: "crash" });
  await test.advance(1000);
  assertEquals(await phasesOf(root), ["a down"]);
});

Deno.test("A child that was terminated during its back-off leaves no timer", async () => {
  await using test = new TestSystem();
  await backingOff(test, "permanent");
  assertEquals(test.clock.holding, 1);
  await soon(terminateChild(rootOf(test), "a"));
  assertEquals(test.clock.holding, 0);
});

Deno.test("A child is not affected by the back-off of an earlier child of its name", async () => {
  await using test = new TestSystem();
  await backingOff(test, "permanent");
  const root = rootOf(test);
  await soon(terminateChild(root, "a"));
  await soon(removeChild(root, "a"));
  await test.advance(10);
  using _chance = fixedChance(0.5);
  const ref = await test.supervised({}, { name: "a" }, root);
  ref.tell(crash());
  // The old back-off would be over at 50 ms, the new one is at 60 ms.
  await test.advance(49);
  assertEquals(test.of("restarted"), []);
  await test.advance(1);
  await handled(ref);
});

Deno.test("A child that is replaced during its back-off starts at once, and once", async () => {
  await using test = new TestSystem();
  await backingOff(test, "permanent");
  const cast = new Cast();
  const root = rootOf(test);
  await soon(replaceChild(root, cast.child("a")));
  await settle();
  assertEquals(cast.news(), ["start a"]);
  await test.advance(1000);
  assertEquals(cast.news(), []);
});

Deno.test("A child that is restarted on request during its back-off starts at once, under its reference", async () => {
  await using test = new TestSystem();
  const ref = await backingOff(test, "permanent");
  let count = 0;
  ref.tell(() => void count++);
  await soon(restartChild(rootOf(test), "a"));
  await handled(ref);
  assertEquals(count, 1);
});

Deno.test("A back-off that was cancelled does not shorten the next one", async () => {
  await using test = new TestSystem();
  const ref = await backingOff(test, "permanent");
  await test.advance(40);
  await soon(restartChild(rootOf(test), "a"));
  using _chance = fixedChance(0.5);
  ref.tell(crash());
  await test.advance(99);
  assertEquals(test.of("restarted").length, 1);
  await test.advance(1);
  assertEquals(test.of("restarted").length, 2);
});

Deno.test("A child cannot be removed during its back-off", async () => {
  await using test = new TestSystem();
  await backingOff(test, "permanent");
  await assertRejects(
    () => soon(removeChild(rootOf(test), "a")),
    TroupeError,
    "a is not down",
  );
});

Deno.test("A supervisor that is killed during a back-off leaves no timer", async () => {
  await using test = new TestSystem();
  await backingOff(test, "permanent");
  rootOf(test).kill();
  await settle();
  assertEquals(test.clock.holding, 0);
  await test.advance(1000);
  assertEquals(test.of("restarted"), []);
});

Deno.test("A supervisor that is restarted during a back-off starts without it", async () => {
  await using test = new TestSystem();
  using _chance = fixedChance(0.5);
  const cast = new Cast();
  const a = cast.child("a");
  const top = test.supervise({}, "top");
  const behavior = supervisor({ backoff: { initialMs: 100 }, children: [a] });
  const root: SupervisorRef = await soon(startChild(top, { behavior }));
  (await find(root, a)).tell(crash());
  await settle();
  root.kill();
  await settle();
  assertEquals(cast.news(), ["start a", "stop a", "start a"]);
  await test.advance(1000);
  assertEquals(cast.news(), []);
});

Deno.test("A child that is stopped again and again during its back-off does not wait longer", async () => {
  await using test = new TestSystem();
  const ref = await backingOff(test, "permanent");
  using _chance = fixedChance(0.5);
  for (let i = 0; i < 3; i++) {
    ref.stop();
    await settle();
  }
  await test.advance(50);
  assertEquals(await delays(test, ref, 1), [100]);
});

Deno.test("A back-off that was cancelled leaves no timer", async () => {
  await using test = new TestSystem();
  await backingOff(test, "permanent");
  await soon(restartChild(rootOf(test), "a"));
  assertEquals(test.clock.holding, 0);
});

Deno.test("A back-off that ends as its supervisor is killed does not affect the next life", async () => {
  using _chance = fixedChance(0.5);
  await using test = new TestSystem();
  const cast = new Cast();
  const [a, b] = [cast.child("a"), cast.child("b")];
  const top = test.supervise({ maxRestarts: 1 }, "top");
  const behavior = supervisor({
    strategy: "one_for_all",
    backoff: { initialMs: 100 },
    children: [a, b],
  });
  const root: SupervisorRef = await soon(startChild(top, { behavior }));
  await soon(terminateChild(root, "a"));
  (await find(root, b)).tell(crash());
  await settle();
  test.clock.advance(50);
  root.kill();
  await settle();
  assertEquals(await phasesOf(root), ["a up", "b up"]);
  assertEquals(cast.news().slice(-2), ["start a", "start b"]);
});
