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
  for (const child of cast.children("a", "b")) {
    await soon(startChild(root, child));
  }
  await settle();
  assertEquals(await phasesOf(root), ["a starting", "b up"]);
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

Deno.test("Two children of one name make their supervisor fail", async () => {
  await using test = new TestSystem();
  const root = test.supervise({ children: new Cast().children("a", "a") });
  const reason = await soon(root.stopped);
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
  await soon(restartChild(root, "b"));
  await test.advance(70);
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
  const ref = await soon(startChild(root, cast.child("d")));
  ref.tell(() => void cast.log.push("handled"));
  await settle();
  assertEquals(cast.news(), []);
  await cast.let("start b");
  assertEquals(cast.news(), ["start c", "start d", "handled"]);
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
