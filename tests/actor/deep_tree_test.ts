import { assert, assertEquals } from "@std/assert";
import { groupActors } from "../../src/actor/actor_groups.ts";
import {
  type ActorRef,
  type ActorSnapshot,
  type Behavior,
  child,
  supervisor,
} from "../../src/actor/mod.ts";
import { settle, soon, TestSystem } from "./fixtures.ts";

/** More nested calls than the stack has room for. */
const DEPTH = 10_000;

const PROMISE_FOR_EVER = new Promise<void>(() => {});

/** What a nested actor does. */
interface Hooks {
  /** Called with the level of the actor, from 1, when it cleans up. */
  readonly stopped?: (level: number) => void | Promise<void>;
}

/** An actor that starts another in it, and so on, down to `depth`. */
function nested({ stopped }: Hooks = {}, depth = DEPTH): Behavior<never> {
  const at = (level: number): Behavior<never> => (context) => {
    // The signal aborts with an error that names the actor.
    assertEquals(context.signal.aborted, false);
    if (level < depth) context.spawn(at(level + 1), { name: `${level + 1}` });
    return { receive() {}, stopped: () => stopped?.(level) };
  };
  return at(1);
}

/** Levels from the innermost one out. */
const INSIDE_OUT: readonly number[] = Array.from(
  { length: DEPTH },
  (_, index) => DEPTH - index,
);

/** The levels of the actors that are gone, in order. */
function goneLevels(test: TestSystem): number[] {
  return test.of("stopped").map(({ actor }) => Number(actor.name));
}

/** The path of the actor of a level. */
function pathOf(level: number): string {
  return Array.from({ length: level }, (_, index) => `/${index + 1}`).join("");
}

async function spawnNested(
  test: TestSystem,
  hooks: Hooks = {},
): Promise<ActorRef<never>> {
  const ref = test.system.spawn(nested(hooks), { name: "1" });
  await test.system.idle();
  assertEquals(test.of("started").length, DEPTH);
  return ref;
}

Deno.test("Ten thousand nested actors stop last to first, each with its clean-up", async () => {
  await using test = new TestSystem();
  const cleaned: number[] = [];
  const ref = await spawnNested(test, {
    stopped: (level) => void cleaned.push(level),
  });
  ref.stop();
  assertEquals(await ref.stopped, { type: "shutdown" });
  assertEquals(cleaned, INSIDE_OUT);
  assertEquals(goneLevels(test), INSIDE_OUT);
});

Deno.test("A shutdown stops ten thousand nested actors and kills none of them", async () => {
  await using test = new TestSystem();
  let cleaned = 0;
  await spawnNested(test, { stopped: () => void cleaned++ });
  const { killed } = await test.system.shutdown();
  assertEquals(killed.length, 0);
  assertEquals(cleaned, DEPTH);
});

Deno.test("Ten thousand nested actors are killed, the innermost first, and none cleans up", async () => {
  await using test = new TestSystem();
  let cleaned = 0;
  const ref = await spawnNested(test, { stopped: () => void cleaned++ });
  ref.kill();
  assertEquals(ref.alive, false);
  assertEquals(goneLevels(test), INSIDE_OUT);
  assertEquals(cleaned, 0);
});

Deno.test("A shutdown reports ten thousand nested actors that it had to kill", async () => {
  await using test = new TestSystem();
  await spawnNested(test, {
    stopped: (level) => level === DEPTH ? PROMISE_FOR_EVER : undefined,
  });
  const done = test.system.shutdown();
  await test.advance(10_000);
  const { killed } = await soon(done);
  assertEquals(killed.length, DEPTH);
  assertEquals(killed.slice(0, 2), ["/1", "/1/2"]);
  assertEquals(killed.at(-1), pathOf(DEPTH));
});

Deno.test("A crash in the clean-up of one of ten thousand nested actors is reported, and the others clean up", async () => {
  await using test = new TestSystem();
  let cleaned = 0;
  const ref = await spawnNested(test, {
    stopped(level) {
      cleaned++;
      if (level === 100) throw new Error("clean-up");
    },
  });
  ref.stop();
  await ref.stopped;
  assertEquals(cleaned, DEPTH);
  assertEquals(
    test.of("failed").map(({ actor }) => actor.path),
    [pathOf(100)],
  );
});

Deno.test("The tree shows ten thousand nested actors, and their paths", async () => {
  await using test = new TestSystem();
  await spawnNested(test);
  const innermost = test.of("started").at(-1)?.actor;
  assertEquals(innermost?.path, pathOf(DEPTH));
  let depth = 0;
  let shown: ActorSnapshot | undefined = test.system.tree();
  let path = "";
  while ((shown = shown.children[0]) !== undefined) {
    depth++;
    path = shown.path;
  }
  assertEquals(depth, DEPTH);
  assertEquals(path, innermost?.path);
});

Deno.test("Ten thousand nested actors are grouped for metrics", async () => {
  await using test = new TestSystem();
  await spawnNested(test);
  const tree = test.system.tree();
  for (const groupBy of ["system", "top_level", "path"] as const) {
    const groups = groupActors(tree, groupBy);
    const actors = groups.reduce((sum, { actors }) => sum + actors, 0);
    assertEquals(actors, DEPTH, groupBy);
  }
});

Deno.test("Ten thousand nested supervisors start, and stop with the system", async () => {
  await using test = new TestSystem();
  let behavior = supervisor();
  for (let level = 1; level < DEPTH; level++) {
    behavior = supervisor({ children: [child({ name: "x", behavior })] });
  }
  test.system.spawn(behavior, { name: "x" });
  await settle();
  assertEquals(test.of("started").length, DEPTH);
  const { killed } = await test.system.shutdown();
  assertEquals(killed.length, 0);
  assertEquals(test.of("stopped").length, DEPTH);
});

Deno.test("A failure that three thousand nested supervisors pass on ends them all", async () => {
  await using test = new TestSystem();
  const cause = new Error("innermost");
  const innermost = child<string>({
    name: "x",
    behavior: () => ({
      receive() {
        throw cause;
      },
    }),
  });
  let behavior = supervisor({ maxRestarts: 0, children: [innermost] });
  for (let level = 1; level < 3000; level++) {
    const children = [child({ name: "x", behavior })];
    behavior = supervisor({ maxRestarts: 0, children });
  }
  const ref = test.system.spawn(behavior, { name: "x" });
  await settle();
  const parent = test.of("started").at(-2)?.actor;
  assert(parent !== undefined);
  innermost.under(parent)?.tell("fail");
  let reason: unknown = await ref.stopped;
  let passedOn = 0;
  for (; reason instanceof Object && "cause" in reason; passedOn++) {
    reason = reason.cause;
  }
  assertEquals([reason, passedOn], [cause, 3001]);
  assertEquals(test.of("stopped").length, 3001);
});

Deno.test("The error with which the signal of a deep actor aborts shows the end of its path", async () => {
  await using test = new TestSystem();
  let reason: unknown;
  const behavior = (level: number): Behavior<never> => (context) => {
    if (level < 100) context.spawn(behavior(level + 1), { name: `${level}` });
    else {
      const { signal } = context;
      signal.addEventListener("abort", () => reason = signal.reason);
    }
    return { receive() {} };
  };
  const ref = test.system.spawn(behavior(1));
  await settle();
  ref.kill();
  assert(reason instanceof Error);
  const end = Array.from({ length: 32 }, (_, index) => `/${68 + index}`);
  assertEquals(reason.message, `The actor …${end.join("")} has stopped`);
});
