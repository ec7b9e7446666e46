import {
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  type ActorContext,
  type ActorRef,
  ActorStoppedError,
  type ActorTimer,
  type ExitReason,
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

/** The context of an actor's present life. */
function contextOf(ref: ActorRef<Step>): Promise<ActorContext<Step>> {
  return soon(ref.ask<ActorContext<Step>>((replyTo) => (context) => {
    replyTo.tell(context);
  }));
}

/** Watches `other`, and returns the list to which its notices are added. */
async function watching(
  watcher: ActorRef<Step>,
  other: ActorRef<Step>,
): Promise<ExitReason[]> {
  const notices: ExitReason[] = [];
  (await contextOf(watcher)).watch(other, (reason) => () => {
    notices.push(reason);
  });
  return notices;
}

// Watch.

Deno.test("A watcher is notified once, with the reason, when the actor is gone", async () => {
  await using test = new TestSystem();
  const cause = new Error("crash");
  const ends: [(ref: ActorRef<Step>) => void, ExitReason][] = [
    [(ref) => void ref.tell((context) => context.stop()), { type: "normal" }],
    [(ref) => ref.stop(), { type: "shutdown" }],
    [(ref) => ref.drain(), { type: "shutdown" }],
    [(ref) => ref.kill(), { type: "killed" }],
    [(ref) => void ref.tell(crash(cause)), { type: "failed", cause }],
  ];
  const watcher = test.spawn();
  for (const [end, reason] of ends) {
    const ref = test.spawn();
    const notices = await watching(watcher, ref);
    await settle();
    assertEquals(notices, []);
    end(ref);
    await settle();
    assertEquals(notices, [reason]);
  }
});

Deno.test("A watcher is notified at once of an actor that is already gone", async () => {
  await using test = new TestSystem();
  const ref = test.spawn();
  ref.kill();
  const notices = await watching(test.spawn(), ref);
  await settle();
  assertEquals(notices, [{ type: "killed" }]);
});

Deno.test("A watcher that watches twice is notified once, with the latest notice", async () => {
  await using test = new TestSystem();
  const [watcher, ref] = [test.spawn(), test.spawn()];
  const first = await watching(watcher, ref);
  const second = await watching(watcher, ref);
  ref.kill();
  await settle();
  assertEquals([first.length, second.length], [0, 1]);
});

Deno.test("A watcher is not notified after unwatch()", async () => {
  await using test = new TestSystem();
  const [watcher, ref] = [test.spawn(), test.spawn()];
  const notices = await watching(watcher, ref);
  (await contextOf(watcher)).unwatch(ref);
  ref.kill();
  await settle();
  assertEquals(notices, []);
});

Deno.test("A queued notice is not delivered after unwatch()", async () => {
  await using test = new TestSystem();
  const [watcher, ref] = [test.spawn(), test.spawn()];
  const notices = await watching(watcher, ref);
  const context = await contextOf(watcher);
  ref.kill();
  context.unwatch(ref);
  await settle();
  assertEquals(notices, []);
});

Deno.test("A watch after unwatch() notifies again", async () => {
  await using test = new TestSystem();
  const [watcher, ref] = [test.spawn(), test.spawn()];
  const first = await watching(watcher, ref);
  const context = await contextOf(watcher);
  ref.kill();
  context.unwatch(ref);
  const second: ExitReason[] = [];
  context.watch(ref, (reason) => () => void second.push(reason));
  await settle();
  assertEquals([first.length, second.length], [0, 1]);
});

Deno.test("The name is free before the notice is handled", async () => {
  await using test = new TestSystem();
  const watcher = test.spawn();
  const ref = test.spawn({}, { name: "a" });
  const context = await contextOf(watcher);
  let next: ActorRef<Step> | undefined;
  context.watch(ref, () => () => {
    next = test.spawn({}, { name: "a" });
  });
  ref.stop();
  await settle();
  assertEquals(next?.path, "/a");
});

Deno.test("A watcher is not notified of a restart", async () => {
  await using test = new TestSystem();
  const ref = await test.supervised();
  const notices = await watching(test.spawn(), ref);
  ref.tell(crash());
  await settle();
  assertEquals(test.of("restarted").length, 1);
  assertEquals(notices, []);
});

Deno.test("A watch ends with the life that watches", async () => {
  await using test = new TestSystem();
  const watcher = await test.supervised();
  const ref = test.spawn();
  const notices = await watching(watcher, ref);
  watcher.tell(crash());
  await handled(watcher);
  ref.kill();
  await handled(watcher);
  assertEquals(notices, []);
});

Deno.test("A queued notice is not for the next life", async () => {
  await using test = new TestSystem();
  const watcher = await test.supervised();
  const ref = test.spawn();
  const notices = await watching(watcher, ref);
  watcher.tell(() => {
    ref.kill();
    throw new Error("crash");
  });
  await handled(watcher);
  assertEquals(notices, []);
});

Deno.test("An actor that watches itself is not notified, and ends", async () => {
  await using test = new TestSystem();
  const ref = test.spawn();
  const notices = await watching(ref, ref);
  ref.stop();
  await soon(ref.stopped);
  assertEquals(notices, []);
});

Deno.test("unwatch() of an actor that is not watched does nothing", async () => {
  await using test = new TestSystem();
  const [watcher, ref] = [test.spawn(), test.spawn()];
  (await contextOf(watcher)).unwatch(ref);
  await handled(watcher);
});

Deno.test("watch() refuses a reference that is not to an actor", async () => {
  await using test = new TestSystem();
  const context = await contextOf(test.spawn());
  const fake = { ...test.spawn() } as ActorRef<never>;
  assertThrows(() => context.watch(fake, crash), TypeError);
});

Deno.test("A notice that throws crashes the watcher", async () => {
  await using test = new TestSystem();
  const [watcher, ref] = [test.spawn(), test.spawn()];
  const cause = new Error("no notice");
  (await contextOf(watcher)).watch(ref, () => {
    throw cause;
  });
  ref.kill();
  assertEquals(await soon(watcher.stopped), { type: "failed", cause });
});

// Timers.

Deno.test("A timer sends its message after the delay", async () => {
  await using test = new TestSystem();
  const context = await contextOf(test.spawn());
  let ticks = 0;
  context.after(10, () => void ticks++);
  await test.advance(9);
  assertEquals(ticks, 0);
  await test.advance(1);
  assertEquals(ticks, 1);
  await test.advance(1000);
  assertEquals(ticks, 1);
});

Deno.test("A timer that was cancelled is never seen, even if its message is queued", async () => {
  await using test = new TestSystem();
  const context = await contextOf(test.spawn());
  let ticks = 0;
  const timers = [10, 20].map((ms) => context.after(ms, () => void ticks++));
  timers[0]?.cancel();
  await test.advance(19);
  test.clock.advance(1);
  timers[1]?.cancel();
  context.after(10, () => void ticks++).cancel();
  assertEquals(test.clock.holding, 0);
  await settle();
  assertEquals(ticks, 0);
});

Deno.test("A timer may be cancelled after its message was handled", async () => {
  await using test = new TestSystem();
  const context = await contextOf(test.spawn());
  let ticks = 0;
  const timer: ActorTimer = context.after(10, () => {
    ticks++;
    timer.cancel();
  });
  await test.advance(10);
  timer.cancel();
  assertEquals(ticks, 1);
});

Deno.test("A timer ends with its life", async () => {
  await using test = new TestSystem();
  const ref = await test.supervised();
  let ticks = 0;
  const gate = Promise.withResolvers<void>();
  (await contextOf(ref)).after(10, () => void ticks++);
  ref.tell(crash());
  ref.tell(() => gate.promise);
  await settle();
  assertEquals(test.clock.holding, 0);
  await test.advance(10);
  gate.resolve();
  await handled(ref);
  assertEquals(ticks, 0);
});

Deno.test("A tick that is queued when its life ends is not for the next life", async () => {
  await using test = new TestSystem();
  const ref = await test.supervised();
  let ticks = 0;
  const context = await contextOf(ref);
  context.after(10, () => void ticks++);
  await settle();
  ref.tell(() => {
    test.clock.advance(10);
    throw new Error("crash");
  });
  await handled(ref);
  assertEquals(ticks, 0);
  assertEquals(test.of("dead_letter"), [], "nor is it a dead letter");
});

Deno.test("A tick that is queued when its actor stops is no dead letter", async () => {
  await using test = new TestSystem();
  const ref = test.spawn();
  const context = await contextOf(ref);
  const gate = Promise.withResolvers<void>();
  context.after(10, () => {});
  ref.tell(() => gate.promise);
  await test.advance(10);
  ref.stop();
  gate.resolve();
  await soon(ref.stopped);
  assertEquals(test.of("dead_letter"), []);
});

Deno.test("A timer without a delay sends its message as soon as time passes", async () => {
  await using test = new TestSystem();
  const context = await contextOf(test.spawn());
  let ticks = 0;
  context.after(0, () => void ticks++);
  await test.advance(0);
  assertEquals(ticks, 1);
});

Deno.test("A tick that a full mailbox refuses is a dead letter", async () => {
  await using test = new TestSystem();
  const ref = test.spawn({}, { mailbox: { maxMessages: 1 } });
  const context = await contextOf(ref);
  const tick: Step = () => {};
  context.after(10, tick);
  ref.tell(() => {});
  test.clock.advance(10);
  const [letter] = test.of("dead_letter");
  assertStrictEquals(letter?.message, tick);
  assertEquals(letter?.reason, "refused");
});

Deno.test("A timer with a delay that is negative or not a number is refused", async () => {
  await using test = new TestSystem();
  const context = await contextOf(test.spawn());
  for (const delayMs of [-1, NaN]) {
    assertThrows(() => context.after(delayMs, () => {}), RangeError, "delayMs");
  }
});

// Promises.

Deno.test("The outcome of a piped promise arrives as a message, ahead of the waiting ones", async () => {
  await using test = new TestSystem();
  const ref = test.spawn();
  const gate = Promise.withResolvers<void>();
  const log: string[] = [];
  ref.tell((context) => {
    context.pipeToSelf(
      Promise.resolve("value"),
      (value) => () => void log.push(value),
      crash,
    );
    context.pipeToSelf(
      Promise.reject("error"),
      crash,
      (error) => () => void log.push(`${error}`),
    );
    return gate.promise;
  });
  ref.tell(() => void log.push("message"));
  await settle();
  gate.resolve();
  await settle();
  assertEquals(log, ["value", "error", "message"]);
});

Deno.test("A pending promise delays no message", async () => {
  await using test = new TestSystem();
  const ref = test.spawn();
  ref.tell((context) =>
    context.pipeToSelf(new Promise<never>(() => {}), crash, crash)
  );
  await handled(ref);
});

Deno.test("A piped value that arrives after the end of its life goes to onLate", async () => {
  await using test = new TestSystem();
  const ref = await test.supervised();
  const late: string[] = [];
  let delivered = 0;
  const gate = Promise.withResolvers<string>();
  const context = await contextOf(ref);
  context.pipeToSelf(
    gate.promise,
    () => () => void delivered++,
    crash,
    (value) => late.push(value),
  );
  ref.tell(crash());
  await settle();
  gate.resolve("value");
  await handled(ref);
  assertEquals(late, ["value"]);
  assertEquals(delivered, 0);
});

Deno.test("A piped value that is queued when its life ends goes to onLate", async () => {
  await using test = new TestSystem();
  for (const end of ["stop", "kill"] as const) {
    const ref = test.spawn();
    const gate = Promise.withResolvers<void>();
    const late: string[] = [];
    ref.tell((context) => {
      context.pipeToSelf(
        Promise.resolve("value"),
        crash,
        crash,
        (value) => late.push(value),
      );
      return gate.promise;
    });
    await settle();
    ref[end]();
    gate.resolve();
    await soon(ref.stopped);
    assertEquals(late, ["value"]);
  }
});

Deno.test("A piped value that is queued when its life ends is not for the next life", async () => {
  await using test = new TestSystem();
  const ref = await test.supervised();
  const gate = Promise.withResolvers<void>();
  const log: string[] = [];
  ref.tell(async (context) => {
    context.pipeToSelf(
      Promise.resolve("value"),
      () => () => void log.push("delivered"),
      crash,
      (value) => log.push(`late ${value}`),
    );
    await gate.promise;
    throw new Error("crash");
  });
  await settle();
  gate.resolve();
  await handled(ref);
  assertEquals(log, ["late value"]);
});

Deno.test("A piped value that was delivered does not go to onLate", async () => {
  await using test = new TestSystem();
  const ref = test.spawn();
  const log: string[] = [];
  (await contextOf(ref)).pipeToSelf(
    Promise.resolve("value"),
    (value) => () => void log.push(`delivered ${value}`),
    crash,
    (value) => log.push(`late ${value}`),
  );
  await settle();
  ref.stop();
  await soon(ref.stopped);
  assertEquals(log, ["delivered value"]);
});

Deno.test("A piped error that arrives after the end of its life is dropped", async () => {
  await using test = new TestSystem();
  const ref = test.spawn();
  const gate = Promise.withResolvers<void>();
  (await contextOf(ref)).pipeToSelf(gate.promise, crash, crash);
  ref.kill();
  gate.reject(new Error("late"));
  await settle();
  assertEquals(test.of("failed"), []);
});

Deno.test("An onLate that throws is reported, and harms nothing", async () => {
  await using test = new TestSystem();
  const cause = new Error("cannot give back");
  for (const order of ["queued", "late"] as const) {
    test.events.length = 0;
    const ref = test.spawn();
    const gate = Promise.withResolvers<void>();
    const source = Promise.withResolvers<void>();
    ref.tell((context) => {
      context.pipeToSelf(source.promise, crash, crash, () => {
        throw cause;
      });
      return gate.promise;
    });
    if (order === "queued") source.resolve();
    await settle();
    ref.stop();
    gate.resolve();
    assertEquals(await soon(ref.stopped), { type: "shutdown" });
    source.resolve();
    await settle();
    const failures = test.of("failed");
    assertEquals(failures.map((event) => event.cause), [cause]);
    assertStrictEquals(failures[0]?.actor, ref);
    await handled(test.spawn());
  }
});

Deno.test("A piped value whose message cannot be made crashes the actor", async () => {
  await using test = new TestSystem();
  const ref = test.spawn();
  const cause = new Error("no message");
  (await contextOf(ref)).pipeToSelf(Promise.resolve(), () => {
    throw cause;
  }, crash);
  assertEquals(await soon(ref.stopped), { type: "failed", cause });
});

// The context itself.

Deno.test("The signal aborts when the life ends, with the reason", async () => {
  await using test = new TestSystem();
  const ref = test.spawn({}, { name: "a" });
  const { signal } = await contextOf(ref);
  assertEquals(signal.aborted, false);
  ref.stop();
  await soon(ref.stopped);
  assertInstanceOf(signal.reason, ActorStoppedError);
  assertEquals(signal.reason.message, "The actor /a has stopped");
});

Deno.test("The signal of a life that is over is aborted, even if first read then", async () => {
  await using test = new TestSystem();
  const ref = await test.supervised();
  const old = await contextOf(ref);
  ref.tell(crash());
  const next = await contextOf(ref);
  assertEquals([old.signal.aborted, next.signal.aborted], [true, false]);
});

Deno.test("The signal aborts before the children stop and the handler cleans up", async () => {
  await using test = new TestSystem();
  const log: string[] = [];
  const ref = test.spawn({
    started(context) {
      context.signal.addEventListener("abort", () => log.push("signal"));
      context.spawn(stepper({ stopped: () => void log.push("child") }));
    },
    stopped: () => void log.push("stopped"),
  });
  await settle();
  ref.stop();
  await soon(ref.stopped);
  assertEquals(log, ["signal", "child", "stopped"]);
});

Deno.test("The context of a life that is over starts nothing", async () => {
  await using test = new TestSystem();
  const ref = await test.supervised();
  const old = await contextOf(ref);
  ref.tell(crash());
  await handled(ref);
  assertThrows(() => old.spawn(stepper()), TroupeError, "is over");
  assertThrows(() => old.watch(ref, crash), TroupeError);
  assertThrows(() => old.after(1, () => {}), TroupeError, "is over");
  old.stop();
  await handled(ref);
});

Deno.test("A context names its own actor and system", async () => {
  await using test = new TestSystem();
  const ref = test.spawn();
  const context = await contextOf(ref);
  assertStrictEquals(context.self, ref);
  assertStrictEquals(context.system, test.system);
});

Deno.test("A context spawns children that are stopped with its life", async () => {
  await using test = new TestSystem();
  const ref = await test.supervised();
  const child = (await contextOf(ref)).spawn(stepper());
  await handled(child);
  ref.tell(crash());
  assertEquals(await soon(child.stopped), { type: "shutdown" });
  await handled(ref);
});

Deno.test("A listener to the signal of a life that throws is a failure, and ends nothing else", async () => {
  await using test = new TestSystem();
  const cause = new Error("listener");
  const aborted: string[] = [];
  const hooks = {
    started({ self, signal }: ActorContext<Step>) {
      signal.addEventListener("abort", () => {
        throw cause;
      });
      signal.addEventListener("abort", () => aborted.push(self.path));
    },
    stopped: () => new Promise<void>(() => {}),
  };
  const [stopped, killed] = [test.spawn(hooks), test.spawn(hooks)];
  const other = test.spawn();
  await settle();
  stopped.stop();
  killed.kill();
  // The deadline of the first one passes in a timer.
  await test.advance(5000);
  assertEquals(await soon(stopped.stopped), { type: "killed" });
  assertEquals(await soon(killed.stopped), { type: "killed" });
  assertEquals(
    test.of("failed").map(({ actor, cause }) => [actor.path, cause]),
    [[killed.path, cause], [stopped.path, cause]],
  );
  assertEquals(aborted, [killed.path, stopped.path]);
  assertEquals(other.alive, true);
});
