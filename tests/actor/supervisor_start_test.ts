import { setImmediate } from "node:timers";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
} from "@std/assert";
import {
  type Child,
  child,
  listChildren,
  removeChild,
  replaceChild,
  restartChild,
  RestartLimitError,
  startChild,
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
  TestSystem,
} from "./fixtures.ts";
import { Cast, find, phasesOf } from "./supervisor_fixtures.ts";

Deno.test("Children start one after another, each when the one before has started", async () => {
  await using test = new TestSystem();
  const cast = new Cast();
  cast.hold("start a");
  cast.hold("start b");
  const boss = test.supervise({ children: cast.children("a", "b", "c") });
  await settle();
  assertEquals(cast.news(), ["start a"]);
  assertEquals(await phasesOf(boss), ["a starting", "b off", "c off"]);
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
  const boss = test.supervise({ children: [a, b] });
  const second = await find(boss, b);
  assertEquals(second.tell(() => void cast.log.push("handled")), true);
  await settle();
  assertEquals(cast.news(), ["start a"]);
  await cast.let("start a");
  assertEquals(cast.news(), ["start b", "handled"]);
});

Deno.test("The children of a dynamic supervisor do not wait for each other", async () => {
  await using test = new TestSystem();
  const cast = new Cast();
  const boss = test.supervise({ strategy: "dynamic" });
  cast.hold("start a");
  for (const child of cast.children("a", "b")) {
    await soon(startChild(boss, child));
  }
  await settle();
  assertEquals(await phasesOf(boss), ["a starting", "b up"]);
});

Deno.test("A child whose first start fails is tried again before those to its right", async () => {
  await using test = new TestSystem();
  const cast = new Cast();
  cast.spoil("start a", new Error("no start"));
  test.supervise({ children: cast.children("a", "b") });
  await settle();
  assertEquals(cast.news(), ["start a", "start a", "start b"]);
});

Deno.test("A temporary child whose first start fails lets those to its right start", async () => {
  await using test = new TestSystem();
  const cast = new Cast();
  cast.spoil("start a", new Error("no start"));
  const a = cast.child("a", { restart: "temporary" });
  const boss = test.supervise({ children: [a, cast.child("b")] });
  await settle();
  assertEquals(await phasesOf(boss), ["b up"]);
});

Deno.test("Two children of one name make their supervisor fail", async () => {
  await using test = new TestSystem();
  const boss = test.supervise({ children: new Cast().children("a", "a") });
  const reason = await soon(boss.stopped);
  assertInstanceOf(reason.type === "failed" && reason.cause, TroupeError);
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
): Promise<{ boss: SupervisorRef; cast: Cast; a: Child<Step> }> {
  const cast = new Cast();
  cast.hold("start b");
  const a = cast.child("a");
  const b = cast.child("b", { shutdownMs: 70 });
  const children = [a, b, cast.child("c")];
  const boss = test.supervise({ children, ...options });
  await settle();
  assertEquals(cast.news(), ["start a", "start b"]);
  return { boss, cast, a };
}

Deno.test("A supervisor can be stopped while a child hangs in its start", async () => {
  await using test = new TestSystem();
  const { boss, cast } = await hangingStart(test);
  boss.stop();
  await test.advance(69);
  assertEquals(test.gone, ["/boss/c"]);
  await test.advance(1);
  await soon(boss.stopped);
  assertEquals(test.gone, ["/boss/c", "/boss/b", "/boss/a", "/boss"]);
  assertEquals(cast.news(), ["stop a"]);
});

Deno.test("A supervisor can be killed while a child hangs in its start", async () => {
  await using test = new TestSystem();
  const { boss } = await hangingStart(test);
  boss.kill();
  assertEquals(await soon(boss.stopped), { type: "killed" });
});

Deno.test("A child is restarted while another hangs in its start", async () => {
  await using test = new TestSystem();
  const { boss, cast, a } = await hangingStart(test);
  const ref = await find(boss, a);
  ref.tell(crash());
  await handled(ref);
  assertEquals(cast.news(), ["stop a", "start a"]);
});

Deno.test("A child that hangs in its start can be terminated, and the next one starts", async () => {
  await using test = new TestSystem();
  const { boss, cast } = await hangingStart(test);
  const done = terminateChild(boss, "b");
  await test.advance(69);
  assertEquals(cast.news(), []);
  await test.advance(1);
  await soon(done);
  assertEquals(cast.news(), ["start c"]);
  assertEquals(await phasesOf(boss), ["a up", "b down", "c up"]);
});

Deno.test("A child that has not had its turn to start can be terminated", async () => {
  await using test = new TestSystem();
  const { boss, cast } = await hangingStart(test);
  await soon(terminateChild(boss, "c"));
  await cast.let("start b");
  assertEquals(await phasesOf(boss), ["a up", "b up", "c down"]);
});

Deno.test("A child that hangs in its start can be replaced", async () => {
  await using test = new TestSystem();
  const { boss, cast } = await hangingStart(test);
  const done = replaceChild(boss, cast.child("b"));
  await test.advance(70);
  await handled(await soon(done));
  assertEquals(await phasesOf(boss), ["a up", "b up", "c up"]);
});

Deno.test("A child that hangs in its start can be restarted on request", async () => {
  await using test = new TestSystem();
  const { boss, cast } = await hangingStart(test, { maxRestarts: 0 });
  await soon(restartChild(boss, "b"));
  await test.advance(70);
  assertEquals(cast.news(), ["start b", "start c"]);
  assertEquals(await phasesOf(boss), ["a up", "b up", "c up"]);
});

Deno.test("A child that hangs in its start cannot be removed", async () => {
  await using test = new TestSystem();
  const { boss } = await hangingStart(test);
  await assertRejects(() => soon(removeChild(boss, "b")), TroupeError);
});

Deno.test("A child that is killed as it hangs in its start is tried again", async () => {
  await using test = new TestSystem();
  const { boss, cast } = await hangingStart(test);
  const [, b] = await soon(listChildren(boss));
  b?.ref?.kill();
  await settle();
  assertEquals(cast.news(), ["start b", "start c"]);
});

Deno.test("A child that has not had its turn to start is not killed or stopped out of it", async () => {
  await using test = new TestSystem();
  const { boss, cast } = await hangingStart(test);
  const [, , c] = await soon(listChildren(boss));
  c?.ref?.kill();
  c?.ref?.stop();
  await cast.let("start b");
  assertEquals(cast.news(), ["start c"]);
});

Deno.test("A child that is added while another hangs in its start takes messages and waits", async () => {
  await using test = new TestSystem();
  const { boss, cast } = await hangingStart(test);
  const ref = await soon(startChild(boss, cast.child("d")));
  ref.tell(() => void cast.log.push("handled"));
  await settle();
  assertEquals(cast.news(), []);
  await cast.let("start b");
  assertEquals(cast.news(), ["start c", "start d", "handled"]);
});

// A start that fails for ever.

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
  const boss = test.supervise({
    maxRestarts: Infinity,
    children: [storm.child],
  });
  await new Promise<void>((resolve) => setImmediate(() => resolve()));
  const { starts } = storm;
  assert(starts > 0, "the storm has begun");
  await new Promise((resolve) => setTimeout(resolve, 0));
  assert(storm.starts > starts, "the storm goes on");
  boss.kill();
});

Deno.test("A storm of restarts lets other actors have their turn", async () => {
  await using test = new TestSystem();
  const storm = new Storm();
  const boss = test.supervise({
    maxRestarts: Infinity,
    children: [storm.child],
  });
  const other = test.spawn();
  await handled(other);
  boss.kill();
});

Deno.test("A storm of restarts ends with the intensity", async () => {
  await using test = new TestSystem();
  const storm = new Storm();
  const boss = test.supervise({ maxRestarts: 1000, children: [storm.child] });
  const reason = await boss.stopped;
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
  const boss = test.supervise({ maxRestarts: 1000, children: [storm] });
  await boss.stopped;
  assertEquals(starts, 1001);
});

Deno.test("A supervisor can be stopped in a storm of restarts", async () => {
  await using test = new TestSystem();
  const storm = new Storm();
  const boss = test.supervise({
    maxRestarts: Infinity,
    children: [storm.child],
  });
  await settle();
  boss.stop();
  assertEquals(await soon(boss.stopped), { type: "shutdown" });
});

Deno.test("A child can be terminated in a storm of its restarts", async () => {
  await using test = new TestSystem();
  const storm = new Storm();
  const boss = test.supervise({
    maxRestarts: Infinity,
    children: [storm.child],
  });
  await settle();
  await soon(terminateChild(boss, "storm"));
  const { starts } = storm;
  await settle();
  assertEquals(storm.starts, starts);
});
