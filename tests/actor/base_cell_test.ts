import { assertEquals, assertStrictEquals } from "@std/assert";
import type { ActorRef, ExitReason } from "../../src/actor/mod.ts";
import {
  crash,
  handled,
  type Hooks,
  settle,
  soon,
  type Step,
  stepper,
  TestSystem,
} from "./fixtures.ts";

/** A step that never ends. */
const hang: Step = () => new Promise<void>(() => {});

/** Starts an actor with children, which all log that they stop. */
async function family(
  test: TestSystem,
  log: string[],
  hooks: Record<string, Hooks> = {},
): Promise<ActorRef<Step>> {
  const member = (name: string): Hooks => ({
    stopped: ({ type }) => void log.push(`${name} ${type}`),
    ...hooks[name],
  });
  const parent = test.spawn({
    ...member("parent"),
    started(context) {
      for (const name of ["first", "second"]) {
        context.spawn(stepper(member(name)), { name, shutdownMs: 50 });
      }
    },
  }, { name: "parent", shutdownMs: 200 });
  await settle();
  return parent;
}

// Stop.

Deno.test("stop() lets the running handler finish, and discards the waiting messages", async () => {
  await using test = new TestSystem();
  const gate = Promise.withResolvers<void>();
  const log: string[] = [];
  const ref = test.spawn({
    stopped: ({ type }) => void log.push(`stopped: ${type}`),
  });
  ref.tell(async () => {
    await gate.promise;
    log.push("finished");
  });
  const lost: Step = () => void log.push("lost");
  ref.tell(lost);
  await settle();
  ref.stop();
  await settle();
  assertEquals(log, []);
  gate.resolve();
  assertEquals(await soon(ref.stopped), { type: "shutdown" });
  assertEquals(log, ["finished", "stopped: shutdown"]);
  assertEquals(test.of("dead_letter").map(({ message }) => message), [lost]);
});

Deno.test("An actor that was asked to stop accepts no more messages", async () => {
  await using test = new TestSystem();
  const ref = test.spawn();
  await settle();
  ref.stop();
  assertEquals(ref.tell(() => {}), false);
});

Deno.test("An actor that stops itself ends with the reason normal", async () => {
  await using test = new TestSystem();
  const log: string[] = [];
  const ref = test.spawn();
  ref.tell((context) => {
    context.stop();
    log.push("the message in hand is finished");
  });
  ref.tell(() => void log.push("lost"));
  assertEquals(await soon(ref.stopped), { type: "normal" });
  assertEquals(log, ["the message in hand is finished"]);
});

Deno.test("An actor that is stopped before it has started never starts", async () => {
  await using test = new TestSystem();
  let started = false;
  const ref = test.spawn({ started: () => void (started = true) });
  ref.stop();
  assertEquals(await soon(ref.stopped), { type: "shutdown" });
  assertEquals(started, false);
});

Deno.test("An actor that is stopped while it starts stops once it has started", async () => {
  await using test = new TestSystem();
  const gate = Promise.withResolvers<void>();
  const log: string[] = [];
  const ref = test.spawn({
    started: () => gate.promise,
    stopped: () => void log.push("stopped"),
  });
  ref.tell(() => void log.push("handled"));
  await settle();
  ref.stop();
  gate.resolve();
  await soon(ref.stopped);
  assertEquals(log, ["stopped"]);
});

Deno.test("An actor may stop itself as it starts", async () => {
  await using test = new TestSystem();
  const log: string[] = [];
  const ref = test.spawn({
    started: (context) => context.stop(),
    stopped: ({ type }) => void log.push(type),
  });
  ref.tell(() => void log.push("handled"));
  assertEquals(await soon(ref.stopped), { type: "normal" });
  assertEquals(log, ["normal"]);
});

Deno.test("An actor that hangs is killed at its shutdown deadline", async () => {
  await using test = new TestSystem();
  const ref = test.spawn({}, { shutdownMs: 70 });
  ref.tell(hang);
  await settle();
  ref.stop();
  await test.advance(69);
  assertEquals(test.gone, []);
  await test.advance(1);
  assertEquals(await soon(ref.stopped), { type: "killed" });
});

Deno.test("An actor has five seconds to stop by default", async () => {
  await using test = new TestSystem();
  const ref = test.spawn();
  ref.tell(hang);
  await settle();
  ref.stop();
  await test.advance(4999);
  assertEquals(test.gone, []);
  await test.advance(1);
  assertEquals(test.gone, [ref.path]);
});

Deno.test("An actor that stops itself and then hangs is killed at its deadline", async () => {
  await using test = new TestSystem();
  const step: Step = (context) => {
    context.stop();
    return new Promise(() => {});
  };
  const hooks: Hooks[] = [{}, { started: step }];
  for (const hook of hooks) {
    const ref = test.spawn(hook, { shutdownMs: 70 });
    ref.tell(step);
    await test.advance(70);
    assertEquals(await soon(ref.stopped), { type: "killed" });
  }
});

Deno.test("An actor whose start or clean-up hangs is killed at its deadline", async () => {
  await using test = new TestSystem();
  const never = (): Promise<void> => new Promise(() => {});
  for (const hooks of [{ started: never }, { stopped: never }]) {
    const ref = test.spawn(hooks, { shutdownMs: 70 });
    await settle();
    ref.stop();
    await test.advance(70);
    assertEquals(await soon(ref.stopped), { type: "killed" });
  }
});

Deno.test("An actor that stops in time leaves no deadline behind", async () => {
  await using test = new TestSystem();
  const gate = Promise.withResolvers<void>();
  const ref = test.spawn({ stopped: () => gate.promise });
  await settle();
  ref.stop();
  await settle();
  assertEquals(test.clock.holding, 1);
  gate.resolve();
  await soon(ref.stopped);
  assertEquals(test.clock.holding, 0);
});

Deno.test("A crash in stopped() fails the actor, which still ends", async () => {
  await using test = new TestSystem();
  const cause = new Error("clean-up");
  const hooks: Hooks[] = [
    { stopped: () => crash(cause)(undefined as never) },
    { stopped: () => Promise.reject(cause) },
  ];
  for (const hook of hooks) {
    const ref = test.spawn(hook);
    await settle();
    ref.stop();
    assertEquals(await soon(ref.stopped), { type: "failed", cause });
  }
  assertEquals(test.of("failed").map((event) => event.cause), [cause, cause]);
});

Deno.test("A crash in stopped() after a crash keeps the first cause, and reports both", async () => {
  await using test = new TestSystem();
  const [first, second] = [new Error("first"), new Error("second")];
  const ref = test.spawn({ stopped: () => Promise.reject(second) });
  ref.tell(crash(first));
  assertEquals(await soon(ref.stopped), { type: "failed", cause: first });
  assertEquals(test.of("failed").map(({ cause }) => cause), [first, second]);
});

Deno.test("An actor that crashes after it was asked to stop ends as failed", async () => {
  await using test = new TestSystem();
  const cause = new Error("crash");
  const ref = test.spawn();
  ref.tell((context) => {
    context.stop();
    throw cause;
  });
  assertEquals(await soon(ref.stopped), { type: "failed", cause });
});

Deno.test("Nothing can be spawned by an actor that is ending", async () => {
  await using test = new TestSystem();
  let life: { spawn(behavior: ReturnType<typeof stepper>): unknown };
  const ref = test.spawn({
    started: (context) => void (life = context),
    stopped: () => void life.spawn(stepper()),
  });
  await settle();
  ref.stop();
  const reason = await soon(ref.stopped);
  assertEquals(reason.type, "failed");
  assertEquals(test.story, ["started /1", "failed /1", "stopped /1"]);
});

Deno.test("Nothing can be spawned by an actor that was asked to stop", async () => {
  await using test = new TestSystem();
  const ref = test.spawn();
  ref.tell((context) => {
    context.stop();
    context.spawn(stepper());
  });
  assertEquals((await soon(ref.stopped)).type, "failed");
  assertEquals(test.of("started").length, 1);
});

Deno.test("A child can be spawned by an actor that drains", async () => {
  await using test = new TestSystem();
  const ref = test.spawn();
  ref.tell((context) => void context.spawn(stepper()));
  ref.drain();
  assertEquals(await soon(ref.stopped), { type: "shutdown" });
  assertEquals(test.of("started").length, 2);
});

Deno.test("A second stop changes nothing", async () => {
  await using test = new TestSystem();
  const log: ExitReason[] = [];
  const ref = test.spawn({ stopped: (reason) => void log.push(reason) });
  ref.tell((context) => {
    context.stop();
    ref.stop();
  });
  await soon(ref.stopped);
  ref.stop();
  await settle();
  assertEquals(log, [{ type: "normal" }]);
  assertEquals(test.gone, [ref.path]);
});

Deno.test("The deadline counts from the stop, however much of it the handler takes", async () => {
  await using test = new TestSystem();
  const gate = Promise.withResolvers<void>();
  const ref = test.spawn({ stopped: () => new Promise(() => {}) }, {
    shutdownMs: 70,
  });
  ref.tell(() => gate.promise);
  await settle();
  ref.stop();
  await test.advance(50);
  gate.resolve();
  await test.advance(19);
  assertEquals(test.gone, []);
  await test.advance(1);
  assertEquals(test.gone, [ref.path]);
  assertEquals(test.clock.holding, 0);
});

// Drain.

Deno.test("drain() handles the waiting messages, and then ends", async () => {
  await using test = new TestSystem();
  const log: string[] = [];
  const ref = test.spawn({ stopped: () => void log.push("stopped") });
  ref.tell(async () => {
    await undefined;
    log.push("first");
  });
  ref.tell(() => void log.push("second"));
  ref.drain();
  assertEquals(ref.tell(() => {}), false, "but takes no more");
  assertEquals(await soon(ref.stopped), { type: "shutdown" });
  assertEquals(log, ["first", "second", "stopped"]);
});

Deno.test("drain() of an actor that handles a message lets it finish first", async () => {
  await using test = new TestSystem();
  const gate = Promise.withResolvers<void>();
  const log: string[] = [];
  const ref = test.spawn();
  ref.tell(async () => {
    await gate.promise;
    log.push("first");
  });
  ref.tell(() => void log.push("second"));
  await settle();
  ref.drain();
  await settle();
  assertEquals(log, []);
  gate.resolve();
  await soon(ref.stopped);
  assertEquals(log, ["first", "second"]);
});

Deno.test("drain() of an idle actor ends it", async () => {
  await using test = new TestSystem();
  const ref = test.spawn();
  await settle();
  ref.drain();
  assertEquals(await soon(ref.stopped), { type: "shutdown" });
});

Deno.test("drain() of an actor that has not started lets it start and handle", async () => {
  await using test = new TestSystem();
  let handled = 0;
  const ref = test.spawn();
  ref.tell(() => void handled++);
  ref.drain();
  await soon(ref.stopped);
  assertEquals(handled, 1);
});

Deno.test("stop() ends a drain", async () => {
  await using test = new TestSystem();
  const gate = Promise.withResolvers<void>();
  let handled = 0;
  const ref = test.spawn();
  ref.tell(() => gate.promise);
  ref.tell(() => void handled++);
  await settle();
  ref.drain();
  ref.stop();
  gate.resolve();
  await soon(ref.stopped);
  assertEquals(handled, 0);
});

Deno.test("drain() does not revoke a stop", async () => {
  await using test = new TestSystem();
  let handled = 0;
  const ref = test.spawn();
  ref.tell(() => void handled++);
  ref.stop();
  ref.drain();
  await soon(ref.stopped);
  assertEquals(handled, 0);
});

// Kill.

Deno.test("kill() aborts the signal, does not wait, and ignores what the handler does later", async () => {
  await using test = new TestSystem();
  const gate = Promise.withResolvers<void>();
  const log: string[] = [];
  const ref = test.spawn({ stopped: () => void log.push("stopped") });
  ref.tell(async (context) => {
    context.signal.addEventListener("abort", () => log.push("aborted"));
    await gate.promise;
    log.push("went on");
    throw new Error("late");
  });
  await settle();
  ref.kill();
  assertEquals(log, ["aborted"]);
  assertEquals(await soon(ref.stopped), { type: "killed" });
  gate.resolve();
  await settle();
  assertEquals(log, ["aborted", "went on"]);
  assertEquals(test.story, ["started /1", "stopped /1"]);
});

Deno.test("kill() sends the waiting messages to dead letters", async () => {
  await using test = new TestSystem();
  const ref = test.spawn();
  ref.tell(hang);
  ref.tell(() => {});
  await settle();
  ref.kill();
  assertEquals(test.of("dead_letter").length, 1);
});

Deno.test("kill() during an asynchronous start ends the actor for good", async () => {
  await using test = new TestSystem();
  const gate = Promise.withResolvers<void>();
  let handled = 0;
  const ref = test.spawn({ started: () => gate.promise });
  ref.tell(() => void handled++);
  await settle();
  ref.kill();
  gate.resolve();
  await settle();
  assertEquals(handled, 0);
  assertEquals(test.gone, [ref.path]);
});

Deno.test("kill() overtakes a stop that waits for the handler", async () => {
  await using test = new TestSystem();
  const ref = test.spawn();
  ref.tell(hang);
  await settle();
  ref.stop();
  ref.kill();
  assertEquals(await soon(ref.stopped), { type: "killed" });
  assertEquals(test.clock.holding, 0);
});

Deno.test("kill() ends a clean-up that hangs after a crash, which stays the reason", async () => {
  await using test = new TestSystem();
  const cause = new Error("crash");
  const ref = test.spawn({ stopped: () => new Promise(() => {}) });
  ref.tell(crash(cause));
  await settle();
  ref.kill();
  assertEquals(await soon(ref.stopped), { type: "failed", cause });
});

Deno.test("kill() of an actor kills its children too, and none of them cleans up", async () => {
  await using test = new TestSystem();
  const log: string[] = [];
  const parent = await family(test, log);
  parent.kill();
  assertEquals(await soon(parent.stopped), { type: "killed" });
  assertEquals(log, []);
  assertEquals(test.gone, ["/parent/first", "/parent/second", "/parent"]);
});

Deno.test("kill() of an actor whose children are stopping ends it once", async () => {
  await using test = new TestSystem();
  const log: string[] = [];
  const never = (): Promise<void> => new Promise(() => {});
  const parent = await family(test, log, {
    first: { stopped: never },
    second: { stopped: never },
  });
  parent.stop();
  await settle();
  parent.kill();
  await settle();
  assertEquals(log, []);
  assertEquals(test.gone, ["/parent/first", "/parent/second", "/parent"]);
});

Deno.test("A second kill changes nothing", async () => {
  await using test = new TestSystem();
  const ref = test.spawn();
  ref.kill();
  ref.kill();
  await settle();
  assertEquals(test.gone, [ref.path]);
});

// An actor that kills itself, in every place.

const suicides: Record<string, (die: () => void) => Hooks | Step> = {
  "in a handler": (die) => () => die(),
  "in a handler that then throws": (die) => () => {
    die();
    throw new Error("late");
  },
  "in a handler that then waits": (die) => async () => {
    die();
    await undefined;
  },
  "in a handler that then rejects": (die) => () => {
    die();
    return Promise.reject(new Error("late"));
  },
  "in a handler that has waited": (die) => async () => {
    await undefined;
    die();
  },
  "as it starts": (die) => ({ started: () => die() }),
  "as it starts, and throws": (die) => ({
    started() {
      die();
      throw new Error("late");
    },
  }),
  "as it starts, and waits": (die) => ({
    async started() {
      die();
      await undefined;
    },
  }),
  "as it starts, and rejects": (die) => ({
    started() {
      die();
      return Promise.reject(new Error("late"));
    },
  }),
};

for (const [where, make] of Object.entries(suicides)) {
  const setUp = (): { hooks: Hooks; step: Step; target: ActorRef<Step>[] } => {
    const target: ActorRef<Step>[] = [];
    let died = false;
    const suicide = make(() => {
      if (died) return;
      died = true;
      target[0]?.kill();
    });
    return typeof suicide === "function"
      ? { hooks: {}, step: suicide, target }
      : { hooks: suicide, step: () => {}, target };
  };

  Deno.test(`An actor that kills itself ${where} is gone, once`, async () => {
    await using test = new TestSystem();
    const { hooks, step, target } = setUp();
    let cleaned = false;
    const ref = test.spawn({ ...hooks, stopped: () => void (cleaned = true) });
    target.push(ref);
    ref.tell(step);
    assertEquals(await soon(ref.stopped), { type: "killed" });
    await settle();
    assertEquals(test.story, ["started /1", "stopped /1"]);
    assertEquals(cleaned, false);
    assertEquals(ref.tell(() => {}), false);
  });

  Deno.test(`A supervised actor that kills itself ${where} lives again`, async () => {
    await using test = new TestSystem();
    const { hooks, step, target } = setUp();
    const { started } = hooks;
    const ref = await test.supervised({
      ...hooks,
      // Only the first life dies; a later one starts as usual.
      ...(started === undefined ? {} : {
        started: (context, life) => {
          if (life > 0) return;
          target.push(context.self as ActorRef<Step>);
          return started(context, life);
        },
      }),
    }, { name: "a" });
    target.push(ref);
    ref.tell(step);
    await settle();
    assertEquals(test.of("restarted").length, 1);
    assertEquals(test.of("failed"), []);
    await handled(ref);
  });
}

Deno.test("An actor may kill itself as its signal aborts", async () => {
  await using test = new TestSystem();
  let cleaned = false;
  const ref = test.spawn({
    started(context) {
      context.signal.addEventListener("abort", () => ref.kill());
    },
    stopped: () => void (cleaned = true),
  });
  await settle();
  ref.stop();
  assertEquals(await soon(ref.stopped), { type: "killed" });
  await settle();
  assertEquals(cleaned, false);
  assertEquals(test.gone, [ref.path]);
});

Deno.test("An actor may kill itself as it cleans up", async () => {
  await using test = new TestSystem();
  const ref = test.spawn({ stopped: () => ref.kill() });
  await settle();
  ref.stop();
  assertEquals(await soon(ref.stopped), { type: "killed" });
  await settle();
  assertEquals(test.gone, [ref.path]);
});

Deno.test("A child may kill its parent", async () => {
  await using test = new TestSystem();
  const log: string[] = [];
  const parent = await family(test, log);
  const child = parent.ask<ActorRef<Step>>((replyTo) => (context) => {
    replyTo.tell(context.spawn(stepper(), { name: "third" }));
  });
  (await soon(child)).tell(() => parent.kill());
  await soon(parent.stopped);
  await settle();
  assertEquals(test.gone, [
    "/parent/first",
    "/parent/second",
    "/parent/third",
    "/parent",
  ]);
});

// The order of lanes.

Deno.test("A stop overtakes a waiting notice, and a notice overtakes messages", async () => {
  await using test = new TestSystem();
  for (const stop of [false, true]) {
    const log: string[] = [];
    const gate = Promise.withResolvers<void>();
    const other = test.spawn();
    const ref = test.spawn();
    ref.tell((context) =>
      context.watch(other, () => () => void log.push("notice"))
    );
    ref.tell(() => gate.promise);
    ref.tell(() => void log.push("message"));
    await settle();
    other.kill();
    if (stop) ref.stop();
    gate.resolve();
    await settle();
    assertEquals(log, stop ? [] : ["notice", "message"]);
  }
});

Deno.test("A stop overtakes the messages that wait in the same burst", async () => {
  await using test = new TestSystem();
  const log: number[] = [];
  const ref = test.spawn();
  for (const id of [1, 2, 3]) {
    ref.tell(() => {
      log.push(id);
      if (id === 2) ref.stop();
    });
  }
  await soon(ref.stopped);
  assertEquals(log, [1, 2]);
});

// Children.

Deno.test("An actor that stops cleans up after its children are gone", async () => {
  await using test = new TestSystem();
  const log: string[] = [];
  const parent = await family(test, log);
  parent.stop();
  await soon(parent.stopped);
  assertEquals(log, ["first shutdown", "second shutdown", "parent shutdown"]);
});

Deno.test("An actor that crashes stops its children, and cleans up after them", async () => {
  await using test = new TestSystem();
  const log: string[] = [];
  const parent = await family(test, log);
  parent.tell(crash());
  await soon(parent.stopped);
  assertEquals(log, ["first shutdown", "second shutdown", "parent failed"]);
});

Deno.test("A child that hangs is killed at its own deadline, and its parent cleans up", async () => {
  await using test = new TestSystem();
  const log: string[] = [];
  const parent = await family(test, log, {
    first: { stopped: () => new Promise(() => {}) },
  });
  parent.tell(crash());
  await test.advance(50);
  await soon(parent.stopped);
  assertEquals(log, ["second shutdown", "parent failed"]);
  assertEquals(
    test.of("stopped").map(({ reason }) => reason.type),
    ["shutdown", "killed", "failed"],
  );
});

Deno.test("A parent that crashes with a child that never stops is killed at its deadline", async () => {
  await using test = new TestSystem();
  const cause = new Error("crash");
  const parent = test.spawn({
    started(context) {
      context.spawn(stepper({ stopped: () => new Promise(() => {}) }), {
        shutdownMs: Infinity,
      });
    },
  }, { shutdownMs: 70 });
  await settle();
  parent.tell(crash(cause));
  await test.advance(69);
  assertEquals(test.gone, []);
  await test.advance(1);
  assertEquals(await soon(parent.stopped), { type: "failed", cause });
});

Deno.test("A child that is gone is no longer a child", async () => {
  await using test = new TestSystem();
  const parent = test.spawn();
  for (const _ of [1, 2]) {
    const child = await soon(
      parent.ask<ActorRef<Step>>((replyTo) => (context) => {
        replyTo.tell(context.spawn(stepper(), { name: "only" }));
      }),
    );
    child.tell((context) => context.stop());
    await soon(child.stopped);
  }
});

// The end.

Deno.test("stopped resolves when the actor is gone, and at once if it already is", async () => {
  await using test = new TestSystem();
  const ref = test.spawn();
  const early = ref.stopped;
  assertStrictEquals(ref.stopped, early, "it is one promise");
  ref.kill();
  assertEquals(await soon(early), { type: "killed" });
  const other = test.spawn();
  other.kill();
  assertEquals(await soon(other.stopped), { type: "killed" });
});
