import {
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  type ActorContext,
  type ActorRef,
  ActorStoppedError,
  AskTimeoutError,
  type MailboxOptions,
  type ReplyTo,
  TroupeError,
} from "../../src/actor/mod.ts";
import { settle, soon, type Step, TestSystem } from "./fixtures.ts";

/** The messages of a door. */
type DoorMessage =
  | { readonly type: "open" | "shut" | "crash" }
  | { readonly type: "crash_over"; readonly replyTo: ReplyTo<string> }
  | { readonly type: "pass"; readonly text: string }
  | { readonly type: "knock"; readonly replyTo: ReplyTo<string> };

/** An actor that sets aside what comes while it is shut. */
class Door {
  readonly passed: string[] = [];
  readonly refused: DoorMessage[] = [];
  readonly ref: ActorRef<DoorMessage>;
  context: ActorContext<DoorMessage> | undefined;

  constructor(
    test: TestSystem,
    options: {
      readonly mailbox?: MailboxOptions<DoorMessage>;
      readonly started?: (context: ActorContext<DoorMessage>) => void;
    } = {},
  ) {
    const { mailbox } = options;
    this.ref = test.system.spawn<DoorMessage>((context) => {
      this.context = context;
      let isOpen = false;
      options.started?.(context);
      return {
        receive: (message) => {
          switch (message.type) {
            case "open":
              isOpen = true;
              return context.unstashAll();
            case "shut":
              isOpen = false;
              return;
            case "crash":
              throw new Error("crash");
            case "crash_over":
              context.stash(message);
              throw new Error("crash");
            case "pass":
            case "knock":
              if (isOpen) return this.#release(message);
              if (!context.stash(message)) this.refused.push(message);
              return;
            default:
              message satisfies never;
          }
        },
      };
    }, mailbox === undefined ? {} : { mailbox });
  }

  #release(message: Extract<DoorMessage, { type: "pass" | "knock" }>): void {
    if (message.type === "pass") this.passed.push(message.text);
    else message.replyTo.tell("come in");
  }

  knock(timeoutMs = 5000): Promise<string> {
    return this.ref.ask<string>(
      (replyTo) => ({ type: "knock", replyTo }),
      { timeoutMs },
    );
  }

  pass(...texts: string[]): boolean[] {
    return texts.map((text) => this.ref.tell({ type: "pass", text }));
  }

  open(): void {
    this.ref.tell({ type: "open" });
  }
}

Deno.test("Stashed messages are handled after unstashAll(), in order", async () => {
  await using test = new TestSystem();
  const door = new Door(test);
  door.pass("a", "b", "c");
  await settle();
  assertEquals(door.passed, []);
  door.open();
  await settle();
  assertEquals(door.passed, ["a", "b", "c"]);
});

Deno.test("Unstashed messages come before the waiting ones", async () => {
  await using test = new TestSystem();
  const door = new Door(test);
  door.pass("a", "b");
  await settle();
  door.open();
  door.pass("c", "d");
  await settle();
  assertEquals(door.passed, ["a", "b", "c", "d"]);
});

Deno.test("Messages that come after the unstashed ones are stashed again", async () => {
  await using test = new TestSystem();
  const door = new Door(test);
  door.pass("a", "b");
  door.open();
  door.ref.tell({ type: "shut" });
  door.pass("c");
  await settle();
  assertEquals(door.passed, ["a", "b"]);
  door.open();
  await settle();
  assertEquals(door.passed, ["a", "b", "c"]);
});

Deno.test("unstashAll() returns messages that were stashed twice", async () => {
  await using test = new TestSystem();
  const log: number[] = [];
  const ref = test.system.spawn<number | "open">((context) => {
    let rounds = 0;
    return {
      receive(message) {
        if (message === "open") {
          rounds++;
          return context.unstashAll();
        }
        if (rounds < 2) context.stash(message);
        else log.push(message);
      },
    };
  });
  for (const message of [1, 2, "open", 3, "open"] as const) ref.tell(message);
  await settle();
  assertEquals(log, [1, 2, 3]);
});

Deno.test("unstashAll() without a stash does nothing", async () => {
  await using test = new TestSystem();
  const door = new Door(test);
  door.open();
  door.open();
  door.pass("a");
  await settle();
  assertEquals(door.passed, ["a"]);
});

Deno.test("unstashAll() from outside a handler wakes the actor", async () => {
  await using test = new TestSystem();
  const log: string[] = [];
  let isOpen = false;
  const gate = Promise.withResolvers<void>();
  const ref = test.system.spawn<string>((context) => {
    gate.promise.then(() => {
      isOpen = true;
      context.unstashAll();
    });
    return {
      receive(message) {
        if (isOpen) log.push(message);
        else context.stash(message);
      },
    };
  });
  ref.tell("a");
  await settle();
  gate.resolve();
  await settle();
  assertEquals(log, ["a"]);
});

// The bound.

Deno.test("stash() returns false when its bound is reached", async () => {
  await using test = new TestSystem();
  const door = new Door(test, { mailbox: { maxStashed: 2 } });
  door.pass("a", "b", "c");
  await settle();
  assertEquals(door.refused, [{ type: "pass", text: "c" }]);
  door.open();
  await settle();
  assertEquals(door.passed, ["a", "b"]);
});

Deno.test("stash() has room again after unstashAll()", async () => {
  await using test = new TestSystem();
  const door = new Door(test, { mailbox: { maxStashed: 1 } });
  door.pass("a");
  door.open();
  door.ref.tell({ type: "shut" });
  door.pass("b");
  await settle();
  assertEquals(door.refused, []);
});

Deno.test("stash() holds a thousand messages by default, and no more", async () => {
  await using test = new TestSystem();
  const door = new Door(test);
  for (let i = 0; i < 1001; i++) door.pass(String(i));
  await settle();
  assertEquals(door.refused, [{ type: "pass", text: "1000" }]);
});

Deno.test("A stash may have a bound of 0", async () => {
  await using test = new TestSystem();
  const door = new Door(test, { mailbox: { maxStashed: 0 } });
  door.pass("a");
  await settle();
  assertEquals(door.refused.length, 1);
});

Deno.test("A stash with a bound that is negative or not a number is refused", async () => {
  await using test = new TestSystem();
  for (const maxStashed of [-1, NaN]) {
    assertThrows(
      () => new Door(test, { mailbox: { maxStashed } }),
      RangeError,
      "maxStashed",
    );
  }
});

Deno.test("unstashAll() puts messages back beyond the bound of the mailbox", async () => {
  await using test = new TestSystem();
  const door = new Door(test, { mailbox: { maxMessages: 2 } });
  for (const text of ["a", "b", "c", "d"]) {
    door.pass(text);
    await settle();
  }
  door.open();
  assertEquals(door.pass("e", "f"), [true, false]);
  await settle();
  assertEquals(door.passed, ["a", "b", "c", "d", "e"]);
});

for (
  const [what, bound] of [
    ["messages", { maxMessages: 3 }],
    ["bytes", { maxBytes: 30, sizeOf: () => 10 }],
  ] as const
) {
  Deno.test(`With drop_oldest and a bound of ${what}, a new message takes the room of one that was put back`, async () => {
    await using test = new TestSystem();
    const passed: string[] = [];
    let isOpen = false;
    const ref = test.system.spawn<string>((context) => ({
      receive(message) {
        if (isOpen) return void passed.push(message);
        if (message !== "open") return void context.stash(message);
        isOpen = true;
        context.unstashAll();
        assertEquals(context.self.tell("new"), true);
      },
    }), { mailbox: { ...bound, overflow: "drop_oldest" } });
    const texts = Array.from({ length: 100 }, (_, index) => `${index}`);
    for (const text of texts) {
      ref.tell(text);
      await settle();
    }
    ref.tell("open");
    await settle();
    assertEquals(
      test.of("dead_letter").map(({ message, reason }) => [message, reason]),
      [["0", "dropped"]],
    );
    assertEquals(passed, [...texts.slice(1), "new"]);
  });
}

Deno.test("unstashAll() puts messages back beyond the bound in bytes, and they count", async () => {
  await using test = new TestSystem();
  const sizeOf = (message: DoorMessage): number =>
    message.type === "pass" ? 10 : 0;
  const gate = Promise.withResolvers<void>();
  const ref = test.system.spawn<DoorMessage>((context) => ({
    async receive(message) {
      if (message.type === "pass") return void context.stash(message);
      context.unstashAll();
      await gate.promise;
    },
  }), { mailbox: { maxBytes: 10, sizeOf } });
  for (const text of ["a", "b", "c"]) {
    ref.tell({ type: "pass", text });
    await settle();
  }
  ref.tell({ type: "open" });
  await settle();
  const [held] = test.system.tree().children;
  assertEquals([held?.mailboxMessages, held?.mailboxBytes], [3, 30]);
  gate.resolve();
});

// Asks.

Deno.test("A stashed ask gets its reply after unstashAll()", async () => {
  await using test = new TestSystem();
  const door = new Door(test);
  const answer = door.knock();
  await settle();
  door.open();
  assertEquals(await soon(answer), "come in");
});

Deno.test("A stashed ask still times out, and its request is handled anyway", async () => {
  await using test = new TestSystem();
  const door = new Door(test);
  const answer = assertRejects(() => door.knock(10), AskTimeoutError);
  await test.advance(10);
  await soon(answer);
  door.open();
  await settle();
  assertEquals(test.system.lateReplies, 1);
});

Deno.test("A crash after stash() does not reject the stashed ask", async () => {
  await using test = new TestSystem();
  const door = new Door(test);
  const answer = assertRejects(() => door.knock(), ActorStoppedError);
  await settle();
  door.ref.tell({ type: "crash" });
  await soon(answer);
  assertEquals(test.of("dead_letter").length, 1);
});

Deno.test("A crash on a message that was just stashed makes it a dead letter", async () => {
  await using test = new TestSystem();
  const door = new Door(test);
  const ask = (): Promise<string> =>
    door.ref.ask<string>((replyTo) => ({ type: "crash_over", replyTo }));
  // Not by the crash: it was not its message any more.
  await soon(assertRejects(ask, ActorStoppedError));
  const [letter] = test.of("dead_letter");
  assertStrictEquals(letter?.message, test.of("failed")[0]?.message);
  assertEquals(letter?.reason, "stopped");
});

Deno.test("An ask stashed by an asynchronous handler gets its reply, though that handler crashes after unstashAll()", async () => {
  await using test = new TestSystem();
  const gate = Promise.withResolvers<void>();
  type Message = { readonly replyTo: ReplyTo<string> } | "release";
  const ref = test.system.spawn<Message>((context) => {
    let first = true;
    return {
      async receive(message) {
        if (message === "release") return;
        if (!first) return void message.replyTo.tell("answer");
        first = false;
        context.stash(message);
        context.unstashAll();
        await gate.promise;
      },
    };
  });
  const answer = ref.ask<string>((replyTo) => ({ replyTo }));
  await settle();
  gate.resolve();
  assertEquals(await soon(answer), "answer");
});

// The end of the life.

Deno.test("Messages still stashed when the actor ends go to dead letters with their sender, and asks reject", async () => {
  for (const end of ["stop", "drain", "kill"] as const) {
    await using test = new TestSystem();
    const door = new Door(test);
    const sender = test.spawn();
    sender.tell(() => void door.pass("a"));
    await settle();
    const answer = assertRejects(() => door.knock(), ActorStoppedError);
    await settle();
    door.ref[end]();
    await soon(answer);
    const [first, second] = test.of("dead_letter");
    assertEquals(first?.message, { type: "pass", text: "a" });
    assertStrictEquals(first?.sender, sender);
    assertEquals([first?.reason, second?.reason], ["stopped", "stopped"]);
  }
});

Deno.test("Stashed messages are not for the next life", async () => {
  await using test = new TestSystem();
  const log: string[] = [];
  const ref = await test.supervised({
    started: (context, life) => {
      log.push(`life ${life}`);
      if (life > 0) context.unstashAll();
    },
  });
  const step: Step = (context) => {
    log.push("handled");
    context.stash(step);
  };
  ref.tell(step);
  ref.tell(() => {
    throw new Error("crash");
  });
  await settle();
  assertEquals(log, ["life 0", "handled", "life 1"]);
  assertStrictEquals(test.of("dead_letter")[0]?.message, step);
});

Deno.test("Unstashed messages wait for the next life, like any message", async () => {
  await using test = new TestSystem();
  const log: string[] = [];
  const ref = await test.supervised();
  let stashed = false;
  const step: Step = (context) => {
    if (stashed) return void log.push("handled");
    stashed = context.stash(step);
  };
  ref.tell(step);
  ref.tell((context) => {
    context.unstashAll();
    throw new Error("crash");
  });
  await settle();
  assertEquals(log, ["handled"]);
  assertEquals(test.of("dead_letter"), []);
});

Deno.test("A drain handles unstashed messages", async () => {
  await using test = new TestSystem();
  const door = new Door(test);
  door.pass("a", "b");
  await settle();
  door.open();
  door.ref.drain();
  await soon(door.ref.stopped);
  assertEquals(door.passed, ["a", "b"]);
});

Deno.test("Nothing is stashed or unstashed once the life is over", async () => {
  await using test = new TestSystem();
  const door = new Door(test);
  await settle();
  const { context } = door;
  door.ref.kill();
  assertThrows(
    () => context?.stash({ type: "pass", text: "a" }),
    TroupeError,
    "is over",
  );
  context?.unstashAll();
});

// Timers.

Deno.test("A stashed message of a timer is handled after unstashAll()", async () => {
  await using test = new TestSystem();
  const door = new Door(test, {
    started: (context) => {
      context.after(10, { type: "pass", text: "after" });
      context.every(20, { type: "pass", text: "every" });
    },
  });
  await test.advance(10);
  await test.advance(10);
  door.open();
  await settle();
  assertEquals(door.passed, ["after", "every"]);
});

Deno.test("A message of a timer that is stashed when the actor ends is a dead letter", async () => {
  await using test = new TestSystem();
  const door = new Door(test, {
    started: (context) => {
      context.after(10, { type: "pass", text: "after" });
    },
  });
  await test.advance(10);
  door.ref.stop();
  await soon(door.ref.stopped);
  assertEquals(test.of("dead_letter").map(({ message }) => message), [
    { type: "pass", text: "after" },
  ]);
});

Deno.test("A message that cannot be measured when it is unstashed crashes the actor, and is a dead letter", async () => {
  await using test = new TestSystem();
  let broken = false;
  const door = new Door(test, {
    mailbox: { maxBytes: 100, sizeOf: () => broken ? NaN : 1 },
  });
  door.pass("a", "b");
  await settle();
  door.open();
  broken = true;
  await soon(door.ref.stopped);
  assertEquals(test.of("dead_letter").length, 2);
  assertInstanceOf(test.of("failed")[0]?.cause, RangeError);
});
