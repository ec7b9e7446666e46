import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  type ActorRef,
  ActorSystem,
  type MailboxOptions,
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

// One message at a time, in order.

Deno.test("A message waits until the one before is handled, awaits included", async () => {
  await using test = new TestSystem();
  const ref = test.spawn();
  const log: string[] = [];
  const gate = Promise.withResolvers<void>();
  ref.tell(async () => {
    log.push("first begins");
    await gate.promise;
    log.push("first ends");
  });
  ref.tell(() => void log.push("second"));
  await settle();
  assertEquals(log, ["first begins"]);
  gate.resolve();
  await settle();
  assertEquals(log, ["first begins", "first ends", "second"]);
});

Deno.test("An asynchronous handler delays no other actor", async () => {
  await using test = new TestSystem();
  const gate = Promise.withResolvers<void>();
  test.spawn().tell(() => gate.promise);
  await handled(test.spawn());
  gate.resolve();
});

Deno.test("Messages from one sender are handled in the order in which they were sent", async () => {
  await using test = new TestSystem();
  await fc.assert(fc.asyncProperty(
    fc.array(fc.constantFrom("sync", "async", "slow"), { maxLength: 50 }),
    async (kinds) => {
      const ref = test.spawn();
      const order: number[] = [];
      const handle = kinds.map((kind, index): Step => {
        if (kind === "sync") return () => void order.push(index);
        return async () => {
          await undefined;
          if (kind === "slow") await settle();
          order.push(index);
        };
      });
      for (const step of handle) ref.tell(step);
      await ref.ask<void>((replyTo) => () => void replyTo.tell());
      assertEquals(order, kinds.map((_, index) => index));
      ref.stop();
      await ref.stopped;
    },
  ));
});

Deno.test("Synchronous messages share one microtask", async () => {
  await using test = new TestSystem();
  const ref = test.spawn();
  let handled = 0;
  for (let i = 0; i < 10; i++) ref.tell(() => void handled++);
  assertEquals(handled, 0, "nothing is handled inside tell()");
  await Promise.resolve();
  assertEquals(handled, 10);
});

Deno.test("An actor with a great many messages handles them all", async () => {
  await using test = new TestSystem();
  const ref = test.spawn();
  let handled = 0;
  await settle();
  for (let i = 0; i < 1000; i++) ref.tell(() => void handled++);
  await settle();
  assertEquals(handled, 1000);
});

Deno.test("A message that an actor sends to itself is handled after the waiting ones", async () => {
  await using test = new TestSystem();
  const ref = test.spawn();
  const log: string[] = [];
  ref.tell((context) => {
    context.self.tell(() => void log.push("told itself"));
    log.push("first");
  });
  ref.tell(() => void log.push("second"));
  await settle();
  assertEquals(log, ["first", "second", "told itself"]);
});

Deno.test("Messages wait for an asynchronous start", async () => {
  await using test = new TestSystem();
  const gate = Promise.withResolvers<void>();
  const log: string[] = [];
  const ref = test.spawn({
    async started() {
      await gate.promise;
      log.push("started");
    },
  });
  ref.tell(() => void log.push("handled"));
  await settle();
  assertEquals(log, []);
  gate.resolve();
  await settle();
  assertEquals(log, ["started", "handled"]);
});

Deno.test("An actor starts on its own, without any message", async () => {
  await using test = new TestSystem();
  let started = false;
  test.spawn({ started: () => void (started = true) });
  assertEquals(started, false, "not inside spawn()");
  await settle();
  assertEquals(started, true);
});

// Crashes.

Deno.test("A message that crashes its actor is lost, and reported with the failure", async () => {
  await using test = new TestSystem();
  const cause = new Error("crash");
  const bad = crash(cause);
  const ref = await test.supervised();
  let handled = 0;
  ref.tell(bad);
  ref.tell(() => void handled++);
  await settle();
  const failures = test.of("failed");
  assertEquals(failures.length, 1, "it is not handled again");
  assertStrictEquals(failures[0]?.actor, ref);
  assertStrictEquals(failures[0]?.cause, cause);
  assertStrictEquals(failures[0]?.message, bad);
  assertEquals(handled, 1);
});

Deno.test("A rejection is a crash like a throw", async () => {
  await using test = new TestSystem();
  const cause = new Error("crash");
  const bad: Step = () => Promise.reject(cause);
  const ref = test.spawn();
  ref.tell(bad);
  assertEquals(await soon(ref.stopped), { type: "failed", cause });
  assertStrictEquals(test.of("failed")[0]?.message, bad);
});

Deno.test("A start that throws or rejects is a crash", async () => {
  await using test = new TestSystem();
  const cause = new Error("no start");
  const starts = [
    () => crash(cause)(undefined as never),
    () => Promise.reject(cause),
  ];
  for (const started of starts) {
    const ref = test.spawn({ started });
    assertEquals(await soon(ref.stopped), { type: "failed", cause });
  }
  assertEquals(test.of("failed").map((event) => event.message), [
    undefined,
    undefined,
  ]);
});

Deno.test("An actor without a supervisor that crashes is gone, and its waiting messages are dead letters", async () => {
  await using test = new TestSystem();
  const ref = test.spawn();
  const lost: Step = () => {};
  ref.tell(crash());
  ref.tell(lost);
  await soon(ref.stopped);
  assertEquals(
    test.of("dead_letter").map(({ message, reason }) => ({
      message,
      reason,
    })),
    [{ message: lost, reason: "stopped" }],
  );
});

Deno.test("A crash ends the actor's own life only", async () => {
  await using test = new TestSystem();
  let child: ActorRef<Step> | undefined;
  const parent = test.spawn({
    started: (context) => void (child = context.spawn(stepper())),
  });
  await settle();
  child?.tell(crash());
  await soon(child?.stopped as Promise<unknown>);
  await handled(parent);
});

// Bounds.

/** Fills a mailbox of three messages with five, and tells what came of it. */
async function overflow(
  test: TestSystem,
  mailbox: MailboxOptions<Step>,
): Promise<
  { answers: boolean[]; handled: number[]; lost: [unknown, string][] }
> {
  const ref = test.spawn({}, { mailbox });
  const handled: number[] = [];
  const steps = [0, 1, 2, 3, 4].map((id): Step => () => void handled.push(id));
  const answers = steps.map((step) => ref.tell(step));
  await settle();
  const lost = test.of("dead_letter").map((
    { message, reason },
  ): [unknown, string] => [steps.indexOf(message as Step), reason]);
  return { answers, handled, lost };
}

Deno.test("A full mailbox refuses by default, and the sender knows", async () => {
  await using test = new TestSystem();
  assertEquals(await overflow(test, { maxMessages: 3 }), {
    answers: [true, true, true, false, false],
    handled: [0, 1, 2],
    lost: [[3, "refused"], [4, "refused"]],
  });
});

Deno.test("A full mailbox may drop the message that has waited longest", async () => {
  await using test = new TestSystem();
  assertEquals(
    await overflow(test, { maxMessages: 3, overflow: "drop_oldest" }),
    {
      answers: [true, true, true, true, true],
      handled: [2, 3, 4],
      lost: [[0, "dropped"], [1, "dropped"]],
    },
  );
});

Deno.test("A full mailbox may drop the new message", async () => {
  await using test = new TestSystem();
  assertEquals(
    await overflow(test, { maxMessages: 3, overflow: "drop_newest" }),
    {
      answers: [true, true, true, true, true],
      handled: [0, 1, 2],
      lost: [[3, "dropped"], [4, "dropped"]],
    },
  );
});

Deno.test("A mailbox that is full of bytes refuses", async () => {
  await using test = new TestSystem();
  const mailbox = { maxBytes: 10, sizeOf: () => 4 };
  assertEquals(await overflow(test, mailbox), {
    answers: [true, true, false, false, false],
    handled: [0, 1],
    lost: [[2, "refused"], [3, "refused"], [4, "refused"]],
  });
});

Deno.test("A large message may drop very many small ones", async () => {
  await using test = new TestSystem();
  const sizes = new Map<Step, number>();
  const ref = test.spawn({}, {
    mailbox: {
      maxMessages: Infinity,
      maxBytes: 100_000,
      sizeOf: (step) => sizes.get(step) ?? 1,
      overflow: "drop_oldest",
    },
  });
  for (let i = 0; i < 100_000; i++) ref.tell(() => {});
  const large: Step = () => {};
  sizes.set(large, 100_000);
  assertEquals(ref.tell(large), true);
  assertEquals(test.system.deadLetters, 100_000);
  await settle();
});

Deno.test("A mailbox has room again when a message is handled", async () => {
  await using test = new TestSystem();
  const ref = test.spawn({}, { mailbox: { maxMessages: 1 } });
  assertEquals([ref.tell(() => {}), ref.tell(() => {})], [true, false]);
  await settle();
  assertEquals(ref.tell(() => {}), true);
});

Deno.test("A listener may stop an actor whose mailbox drops for a new message", async () => {
  await using test = new TestSystem();
  const ref = test.spawn({}, {
    mailbox: { maxMessages: 1, overflow: "drop_oldest" },
  });
  using _stopping = test.system.events.subscribe((event) => {
    if (event.type === "dead_letter") ref.kill();
  });
  ref.tell(() => {});
  assertEquals(ref.tell(() => {}), false);
  assertEquals(
    test.of("dead_letter").map(({ reason }) => reason),
    ["dropped", "stopped"],
  );
});

// Dead letters.

Deno.test("A message to an actor that is gone is a dead letter", async () => {
  await using test = new TestSystem();
  const ref = test.spawn();
  ref.stop();
  await soon(ref.stopped);
  const message: Step = () => {};
  assertEquals(ref.tell(message), false);
  const [letter] = test.of("dead_letter");
  assertStrictEquals(letter?.message, message);
  assertStrictEquals(letter?.target, ref);
  assertEquals(letter?.sender, undefined, "it came from outside");
  assertEquals(letter?.reason, "stopped");
});

Deno.test("Dead letters are counted when nobody listens", async () => {
  await using system = new ActorSystem();
  const ref = system.spawn(stepper());
  ref.kill();
  ref.tell(() => {});
  ref.tell(() => {});
  assertEquals(system.deadLetters, 2);
});

/** The sender of the only dead letter so far. */
function onlySender(test: TestSystem): unknown {
  const letters = test.of("dead_letter");
  assertEquals(letters.length, 1);
  return letters[0]?.sender;
}

Deno.test("A dead letter names the actor whose handler sent it", async () => {
  await using test = new TestSystem();
  const [sender, target] = [test.spawn(), test.spawn()];
  target.kill();
  sender.tell(() => void target.tell(() => {}));
  await handled(sender);
  assertStrictEquals(onlySender(test), sender);
});

Deno.test("A dead letter names no sender after the first await of a handler", async () => {
  await using test = new TestSystem();
  const [sender, other, target] = [test.spawn(), test.spawn(), test.spawn()];
  target.kill();
  sender.tell(async () => {
    await Promise.resolve();
    target.tell(() => {});
    await target.ask<void>(() => () => {}).catch(() => {});
  });
  // Nor another actor, whose turn it is meanwhile.
  for (let i = 0; i < 100; i++) other.tell(() => {});
  await handled(sender);
  assertEquals(
    test.of("dead_letter").map(({ sender }) => sender),
    [undefined, undefined],
  );
});

Deno.test("A dead letter names the sender of a message that waited", async () => {
  await using test = new TestSystem();
  const [sender, target] = [test.spawn(), test.spawn()];
  target.tell(() => new Promise<void>(() => {}));
  sender.tell(() => void target.tell(() => {}));
  await handled(sender);
  target.stop();
  target.kill();
  assertStrictEquals(onlySender(test), sender);
});

Deno.test("A dead letter of an ask names the actor that asked", async () => {
  await using test = new TestSystem();
  const [sender, target] = [test.spawn(), test.spawn()];
  target.kill();
  sender.tell(() => {
    target.ask<void>(() => () => {}).catch(() => {});
  });
  await handled(sender);
  assertStrictEquals(onlySender(test), sender);
});

Deno.test("A dead letter names the actor that sent it as it started", async () => {
  await using test = new TestSystem();
  const target = test.spawn();
  target.kill();
  const sender = test.spawn({ started: () => void target.tell(() => {}) });
  await handled(sender);
  assertStrictEquals(onlySender(test), sender);
});

Deno.test("A dead letter names the actor that sent it as it stopped", async () => {
  await using test = new TestSystem();
  const target = test.spawn();
  target.kill();
  const sender = test.spawn({
    // Its own end follows from the end of the child, in the child's turn.
    started: (context) => void context.spawn(stepper()),
    stopped: () => void target.tell(() => {}),
  });
  await settle();
  sender.stop();
  await soon(sender.stopped);
  assertStrictEquals(onlySender(test), sender);
});

Deno.test("A dead letter from outside names no sender after an actor has run", async () => {
  await using test = new TestSystem();
  const target = test.spawn();
  await handled(target);
  target.kill();
  target.tell(() => {});
  assertEquals(onlySender(test), undefined);
});

// Names.

Deno.test("A path is the names from the top, and a reference prints it", async () => {
  await using test = new TestSystem();
  const parent = test.spawn({}, { name: "a" });
  const child = await soon(
    parent.ask<ActorRef<Step>>((replyTo) => (context) => {
      replyTo.tell(context.spawn(stepper(), { name: "b" }));
    }),
  );
  assertEquals([parent.path, parent.name], ["/a", "a"]);
  assertEquals([child.path, child.name], ["/a/b", "b"]);
  assertEquals(Deno.inspect(child), "ActorRef(/a/b)");
});

Deno.test("An actor without a name gets one that none of its siblings has", async () => {
  await using test = new TestSystem();
  test.spawn({}, { name: "2" });
  assertEquals([test.spawn().name, test.spawn().name], ["1", "3"]);
});

Deno.test("A name is taken until its actor is gone", async () => {
  await using test = new TestSystem();
  const first = test.spawn({}, { name: "a" });
  const error = assertThrows(() => test.spawn({}, { name: "a" }), TroupeError);
  assertEquals(
    error.message,
    'Cannot spawn: the name "a" is taken by another child of /',
  );
  first.kill();
  assertEquals(test.spawn({}, { name: "a" }).path, "/a");
});

Deno.test("A name must not be empty or contain a slash", async () => {
  await using test = new TestSystem();
  for (const name of ["", "a/b"]) {
    assertThrows(() => test.spawn({}, { name }), TypeError, "name");
  }
});

Deno.test("A shutdown deadline that is negative or not a number is refused", async () => {
  await using test = new TestSystem();
  for (const shutdownMs of [-1, NaN]) {
    assertThrows(() => test.spawn({}, { shutdownMs }), RangeError);
  }
  assertEquals(test.events, [], "nothing was started");
  test.spawn({}, { shutdownMs: 0 });
});
