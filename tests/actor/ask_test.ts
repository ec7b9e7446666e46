import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  ActorFailedError,
  type ActorRef,
  ActorStoppedError,
  ActorSystem,
  AskTimeoutError,
  MailboxFullError,
  type ReplyTo,
} from "../../src/actor/mod.ts";
import {
  crash,
  handled,
  settle,
  soon,
  type Step,
  TestSystem,
} from "./fixtures.ts";

/** Asks for a reply that never comes. */
function askInVain(
  ref: ActorRef<Step>,
  options?: Parameters<ActorRef<Step>["ask"]>[1],
): Promise<void> {
  return ref.ask<void>(() => () => {}, options);
}

Deno.test("An ask resolves to the reply", async () => {
  await using test = new TestSystem();
  const ref = test.spawn();
  const answer = ref.ask<number>((replyTo) => () => void replyTo.tell(42));
  assertEquals(await soon(answer), 42);
});

Deno.test("An ask may get its reply long after the message was handled", async () => {
  await using test = new TestSystem();
  const ref = test.spawn();
  let kept: ReplyTo<number> | undefined;
  const answer = ref.ask<number>((replyTo) => () => void (kept = replyTo));
  await test.advance(4999);
  assertEquals(kept?.tell(42), true);
  assertEquals(await soon(answer), 42);
});

Deno.test("An ask rejects after five seconds by default, with the target's path", async () => {
  await using test = new TestSystem();
  const asking = askInVain(test.spawn({}, { name: "a" }));
  let settled = false;
  asking.catch(() => settled = true);
  await test.advance(4999);
  assertEquals(settled, false);
  await test.advance(1);
  await assertRejects(() => soon(asking), AskTimeoutError, "/a");
});

Deno.test("An ask waits for as long as its timeoutMs says", async () => {
  await using test = new TestSystem();
  const ref = test.spawn();
  const asking = askInVain(ref, { timeoutMs: 7 });
  const failing = assertRejects(() => asking, AskTimeoutError, "within 7 ms");
  await test.advance(7);
  await soon(failing);
});

Deno.test("An ask with a time-out of 0 rejects as soon as time passes", async () => {
  await using test = new TestSystem();
  const asking = askInVain(test.spawn(), { timeoutMs: 0 });
  const failing = assertRejects(() => asking, AskTimeoutError);
  await test.advance(0);
  await soon(failing);
});

Deno.test("An ask without a time-out sets no timer", async () => {
  await using test = new TestSystem();
  const ref = test.spawn();
  let answer: (() => void) | undefined;
  const asking = ref.ask<string>(
    (replyTo) => () => void (answer = () => replyTo.tell("late")),
    { timeoutMs: Infinity },
  );
  await settle();
  assertEquals(test.clock.pending, 0);
  await test.advance(1e9);
  answer?.();
  assertEquals(await soon(asking), "late");
});

Deno.test("An ask with a time-out that is negative or not a number is refused", async () => {
  await using test = new TestSystem();
  const ref = test.spawn();
  for (const timeoutMs of [-1, NaN]) {
    assertThrows(() => askInVain(ref, { timeoutMs }), RangeError, "timeoutMs");
  }
});

Deno.test("An ask rejects with the reason of its signal", async () => {
  await using test = new TestSystem();
  const controller = new AbortController();
  const { signal } = controller;
  const asking = askInVain(test.spawn(), { signal });
  const reason = new Error("enough");
  controller.abort(reason);
  assertStrictEquals(await assertRejects(() => soon(asking)), reason);
});

Deno.test("An ask whose signal has aborted sends nothing", async () => {
  await using test = new TestSystem();
  const ref = test.spawn();
  const signal = AbortSignal.abort(new Error("enough"));
  let sent = false;
  const asking = ref.ask<void>(() => {
    sent = true;
    return () => {};
  }, { signal });
  await assertRejects(() => soon(asking), Error, "enough");
  assertEquals(sent, false);
  assertEquals(test.clock.pending, 0);
});

Deno.test("An ask of an actor that is gone rejects at once", async () => {
  await using test = new TestSystem();
  const ref = test.spawn({}, { name: "a" });
  ref.stop();
  await soon(ref.stopped);
  await assertRejects(() => soon(askInVain(ref)), ActorStoppedError, "/a");
});

Deno.test("An ask that waits when its target stops rejects at once", async () => {
  await using test = new TestSystem();
  const ref = test.spawn();
  const asking = askInVain(ref);
  ref.stop();
  await assertRejects(() => soon(asking), ActorStoppedError);
});

Deno.test("An ask that a full mailbox refuses rejects at once", async () => {
  await using test = new TestSystem();
  const ref = test.spawn({}, { mailbox: { maxMessages: 1 } });
  ref.tell(() => {});
  await assertRejects(() => soon(askInVain(ref)), MailboxFullError);
});

Deno.test("An ask that a full mailbox drops rejects at once", async () => {
  await using test = new TestSystem();
  const options = { mailbox: { maxMessages: 1, overflow: "drop_oldest" } };
  const ref = test.spawn({}, options as { mailbox: { maxMessages: 1 } });
  const dropped = askInVain(ref);
  const kept = ref.ask<number>((replyTo) => () => void replyTo.tell(1));
  await assertRejects(() => soon(dropped), MailboxFullError);
  assertEquals(await soon(kept), 1);
});

Deno.test("An ask that its target crashes on rejects with the crash as cause", async () => {
  await using test = new TestSystem();
  const cause = new Error("crash");
  const steps: Step[] = [crash(cause), () => Promise.reject(cause)];
  for (const step of steps) {
    const ref = test.spawn({}, { name: "a" });
    const asking = ref.ask<void>(() => step);
    const error = await assertRejects(
      () => soon(asking),
      ActorFailedError,
      "/a",
    );
    assertStrictEquals(error.cause, cause);
  }
});

Deno.test("An ask that got its reply before the crash resolves", async () => {
  await using test = new TestSystem();
  const ref = test.spawn();
  const answer = ref.ask<number>((replyTo) => () => {
    replyTo.tell(42);
    throw new Error("crash");
  });
  assertEquals(await soon(answer), 42);
});

Deno.test("An ask that waits when its target crashes is handled by the next life", async () => {
  await using test = new TestSystem();
  const ref = await test.supervised();
  ref.tell(crash());
  const answer = ref.ask<number>((replyTo) => () => void replyTo.tell(42));
  assertEquals(await soon(answer), 42);
});

Deno.test("An ask whose target is killed while it handles it rejects at once", async () => {
  await using test = new TestSystem();
  const ref = test.spawn();
  const asking = ref.ask<void>(() => () => new Promise<void>(() => {}));
  await settle();
  ref.kill();
  await assertRejects(() => soon(asking), ActorStoppedError, "killed");
});

Deno.test("An ask whose target kills itself on it rejects at once", async () => {
  await using test = new TestSystem();
  const ref = test.spawn();
  const asking = ref.ask<void>(() => () => ref.kill());
  await assertRejects(() => soon(asking), ActorStoppedError, "killed");
});

Deno.test("An ask on which its target stops still gets its reply", async () => {
  await using test = new TestSystem();
  const ref = test.spawn();
  const answer = ref.ask<number>((replyTo) => async (context) => {
    context.stop();
    await undefined;
    replyTo.tell(42);
  });
  assertEquals(await soon(answer), 42);
  assertEquals(await soon(ref.stopped), { type: "normal" });
});

Deno.test("An ask that was passed on survives the end of the actor that passed it on", async () => {
  await using test = new TestSystem();
  const ends: ((ref: ActorRef<Step>) => void)[] = [
    (ref) => ref.kill(),
    (ref) => void ref.tell(crash()),
    (ref) => ref.stop(),
  ];
  for (const end of ends) {
    for (const pause of [undefined, Promise.resolve()]) {
      const other = test.spawn();
      const ref = test.spawn();
      const gate = Promise.withResolvers<void>();
      const answer = ref.ask<number>((replyTo) => () => {
        other.tell(async () => {
          await gate.promise;
          replyTo.tell(42);
        });
        return pause;
      });
      await settle();
      end(ref);
      await soon(ref.stopped);
      gate.resolve();
      assertEquals(await soon(answer), 42);
    }
  }
});

Deno.test("An ask that was handled does not fail with the notice that comes next", async () => {
  await using test = new TestSystem();
  const other = test.spawn();
  const ref = test.spawn();
  ref.tell((context) => context.watch(other, crash));
  let kept: ReplyTo<number> | undefined;
  const answer = ref.ask<number>((replyTo) => () => void (kept = replyTo));
  ref.tell((context) =>
    context.pipeToSelf(Promise.resolve(), () => {
      throw new Error("no message");
    }, crash)
  );
  await soon(ref.stopped);
  kept?.tell(42);
  assertEquals(await soon(answer), 42);
});

Deno.test("A late reply is counted and dropped", async () => {
  await using test = new TestSystem();
  const ref = test.spawn();
  let late: boolean | undefined;
  const asking = ref.ask<number>((replyTo) => async () => {
    await gate.promise;
    late = replyTo.tell(42);
  }, { timeoutMs: 10 });
  const gate = Promise.withResolvers<void>();
  const failing = assertRejects(() => asking, AskTimeoutError);
  await test.advance(10);
  await soon(failing);
  gate.resolve();
  await settle();
  assertEquals(late, false);
  assertEquals(test.system.lateReplies, 1);
});

Deno.test("A second reply is counted and dropped", async () => {
  await using test = new TestSystem();
  const ref = test.spawn();
  const told: boolean[] = [];
  const answer = ref.ask<number>((replyTo) => () => {
    told.push(replyTo.tell(1), replyTo.tell(2));
  });
  assertEquals(await soon(answer), 1);
  assertEquals(told, [true, false]);
  assertEquals(test.system.lateReplies, 1);
});

Deno.test("An ask whose request throws rejects with it, and sends nothing", async () => {
  await using test = new TestSystem();
  const ref = test.spawn();
  const error = new Error("no request");
  const asking = ref.ask<void>(() => {
    throw error;
  });
  assertStrictEquals(await assertRejects(() => soon(asking)), error);
  assertEquals(test.clock.holding, 0);
});

Deno.test("An ask whose message cannot be measured rejects, and leaves nothing", async () => {
  await using test = new TestSystem();
  const error = new Error("no size");
  const ref = test.spawn({}, {
    mailbox: {
      maxBytes: 10,
      sizeOf() {
        throw error;
      },
    },
  });
  const asking = askInVain(ref);
  assertStrictEquals(await assertRejects(() => soon(asking)), error);
  assertEquals(test.clock.holding, 0);
});

Deno.test("An ask leaves nothing on its signal, however it ends", async () => {
  await using test = new TestSystem();
  const { signal } = new AbortController();
  let listeners = 0;
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...args: unknown[]) => {
    listeners++;
    Reflect.apply(addEventListener, signal, args);
  };
  signal.removeEventListener = (...args: unknown[]) => {
    listeners--;
    Reflect.apply(removeEventListener, signal, args);
  };
  const ref = test.spawn();
  const asks = [
    ref.ask<void>((replyTo) => () => void replyTo.tell(), { signal }),
    askInVain(ref, { signal, timeoutMs: 10 }),
    ref.ask<void>(() => crash(), { signal }),
    askInVain(ref, { signal }),
  ];
  assertEquals(listeners, 4);
  const settled = Promise.allSettled(asks);
  await test.advance(10);
  await soon(settled);
  assertEquals(listeners, 0);
});

Deno.test("Twenty thousand asks that timed out leave no timer that holds the process", async () => {
  await using system = new TestSystem();
  const ref = system.spawn({}, { mailbox: { maxMessages: Infinity } });
  let rejected = 0;
  for (let i = 0; i < 20_000; i++) {
    askInVain(ref, { timeoutMs: 10 }).catch(() => rejected++);
    if (i % 2000 === 0) system.clock.advance(1);
  }
  assert(system.clock.pending <= 1, "they share a timer");
  await system.advance(10);
  assertEquals(rejected, 20_000);
  assertEquals(system.clock.holding, 0);
});

Deno.test("An ask that gets no reply rejects when the system has shut down", async () => {
  for (const timeoutMs of [1e9, Infinity]) {
    const test = new TestSystem();
    const ref = test.spawn({}, { name: "a" });
    const asking = askInVain(ref, { timeoutMs });
    asking.catch(() => {});
    await handled(ref);
    await test[Symbol.asyncDispose]();
    await assertRejects(() => soon(asking), ActorStoppedError, "/a");
  }
});

Deno.test("An ask without a time-out sets no timer, and leaves nothing when it is replied to", async () => {
  await using test = new TestSystem();
  const ref = test.spawn();
  const { pending } = test.clock;
  const gate = Promise.withResolvers<void>();
  const asking = ref.ask<number>(
    (replyTo) => async () => {
      await gate.promise;
      replyTo.tell(1);
    },
    { timeoutMs: Infinity },
  );
  await test.advance(1e9);
  assertEquals(test.clock.pending, pending);
  gate.resolve();
  assertEquals(await soon(asking), 1);
});

Deno.test("An ask after the shutdown rejects at once, and sets no timer", async () => {
  const test = new TestSystem();
  const ref = test.spawn();
  await test[Symbol.asyncDispose]();
  await assertRejects(() => soon(askInVain(ref)), ActorStoppedError);
  assertEquals(test.clock.pending, 0);
});

Deno.test("An ask after the shutdown leaves no real timer either", async () => {
  const system = new ActorSystem();
  const ref = system.spawn<ReplyTo<void>>(() => ({ receive() {} }));
  await system.shutdown();
  // The sanitizer of this test would see the timer.
  await assertRejects(
    () => ref.ask<void>((replyTo) => replyTo),
    ActorStoppedError,
  );
});

Deno.test("An actor that stops itself inside an ask still replies to it", async () => {
  await using test = new TestSystem();
  const ref = test.spawn();
  const answer = ref.ask<string>((replyTo) => (context) => {
    context.stop();
    replyTo.tell("the last words");
  });
  assertEquals(await soon(answer), "the last words");
  assertEquals(await soon(ref.stopped), { type: "normal" });
});

Deno.test("An ask that waits behind one that stops the actor rejects", async () => {
  await using test = new TestSystem();
  const ref = test.spawn();
  ref.tell((context) => context.stop());
  await assertRejects(
    () => soon(ref.ask<string>((replyTo) => () => void replyTo.tell("no"))),
    ActorStoppedError,
  );
});
