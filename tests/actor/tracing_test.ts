/**
 * The hook by which the context of a trace goes with messages, filled here by
 * an `AsyncLocalStorage` of labels.
 *
 * @module
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { coreOf } from "../../src/actor/core.ts";
import {
  type ActorContext,
  type ActorRef,
  ActorStoppedError,
  type ActorSystemOptions,
  MailboxFullError,
  type MailboxOptions,
} from "../../src/actor/mod.ts";
import { crash, settle, soon, type Step, TestSystem } from "./fixtures.ts";

/** A test system whose messages carry a label. */
class TracedSystem extends TestSystem {
  readonly #labels = new AsyncLocalStorage<string>();
  readonly log: string[] = [];

  constructor(options: Omit<ActorSystemOptions, "clock"> = {}) {
    super(options);
    coreOf(this.system).tracing = {
      capture: () => this.#labels.getStore() ?? "none",
      run: (captured, handle) => this.#labels.run(String(captured), handle),
    };
  }

  /** Does something within a trace. */
  in<T>(label: string, act: () => T): T {
    return this.#labels.run(label, act);
  }

  /** A step that notes the label in which it is handled. */
  note(what: string): Step {
    return () => this.noteHere(what);
  }

  noteHere(what: string): void {
    this.log.push(`${what} in ${this.#labels.getStore()}`);
  }

  /** The context of an actor's present life. */
  contextOf(ref: ActorRef<Step>): Promise<ActorContext<Step>> {
    return soon(ref.ask<ActorContext<Step>>((replyTo) => (context) => {
      replyTo.tell(context);
    }));
  }

  /** Ends the tracing. */
  stopTracing(): void {
    coreOf(this.system).tracing = undefined;
  }
}

Deno.test("A message is handled in the context of its sender", async () => {
  await using test = new TracedSystem();
  const ref = test.spawn();
  test.in("a", () => ref.tell(test.note("first")));
  test.in("b", () => ref.tell(test.note("second")));
  ref.tell(test.note("third"));
  await settle();
  assertEquals(test.log, ["first in a", "second in b", "third in none"]);
});

Deno.test("A message that a handler sends goes on in its context", async () => {
  await using test = new TracedSystem();
  const [first, second] = [test.spawn(), test.spawn()];
  const relay = (what: string): Step => () => void second.tell(test.note(what));
  test.in("a", () => first.tell(relay("first")));
  test.in("b", () => first.tell(relay("second")));
  await settle();
  assertEquals(test.log, ["first in a", "second in b"]);
});

Deno.test("An asynchronous handler stays in its context", async () => {
  await using test = new TracedSystem();
  const [first, second] = [test.spawn(), test.spawn()];
  test.in("a", () =>
    first.tell(async () => {
      await Promise.resolve();
      test.noteHere("before");
      second.tell(test.note("sent"));
    }));
  test.in("b", () => second.tell(test.note("other")));
  await settle();
  assertEquals(test.log, ["other in b", "before in a", "sent in a"]);
});

Deno.test("An ask carries the context of the asker, and the reply returns to it", async () => {
  await using test = new TracedSystem();
  const ref = test.spawn();
  await test.in("a", async () => {
    await ref.ask<void>((replyTo) => () => {
      test.noteHere("asked");
      replyTo.tell();
    });
    test.noteHere("answered");
  });
  assertEquals(test.log, ["asked in a", "answered in a"]);
});

Deno.test("A stashed message keeps its context", async () => {
  await using test = new TracedSystem();
  const ref = test.spawn();
  let isOpen = false;
  const step: Step = (context) => {
    test.noteHere("seen");
    if (!isOpen) context.stash(step);
  };
  test.in("a", () => ref.tell(step));
  test.in("b", () =>
    ref.tell((context) => {
      isOpen = true;
      context.unstashAll();
    }));
  await settle();
  assertEquals(test.log, ["seen in a", "seen in a"]);
});

Deno.test("A stashed ask keeps its asker", async () => {
  await using test = new TracedSystem();
  const ref = test.spawn();
  const step: Step = (context) => void context.stash(step);
  const rejected = assertRejects(
    () => ref.ask<void>(() => step),
    ActorStoppedError,
  );
  await settle();
  ref.stop();
  await soon(rejected);
});

Deno.test("The message of a timer comes in the context in which the timer was set", async () => {
  await using test = new TracedSystem();
  const context = await test.contextOf(test.spawn());
  for (const label of ["a", "b"]) {
    test.in(label, () => {
      context.after(10, test.note("after"));
      context.every(20, test.note("every"));
    });
  }
  await test.advance(10);
  await test.advance(10);
  assertEquals(test.log, [
    "after in a",
    "after in b",
    "every in a",
    "every in b",
  ]);
});

Deno.test("A notice comes in the context of the watch", async () => {
  await using test = new TracedSystem();
  const [watcher, ref] = [test.spawn(), test.spawn()];
  const context = await test.contextOf(watcher);
  test.in("a", () => context.watch(ref, () => test.note("notice")));
  test.in("b", () => ref.kill());
  await settle();
  assertEquals(test.log, ["notice in a"]);
});

Deno.test("The outcome of a promise comes in the context in which it was piped", async () => {
  await using test = new TracedSystem();
  const context = await test.contextOf(test.spawn());
  const source = Promise.withResolvers<void>();
  test.in("a", () =>
    context.pipeToSelf(source.promise, () => test.note("value"), crash));
  test.in("b", () => source.resolve());
  await settle();
  assertEquals(test.log, ["value in a"]);
});

Deno.test("A waiting message is handled though tracing has ended meanwhile", async () => {
  await using test = new TracedSystem();
  const ref = test.spawn();
  const answer = test.in(
    "a",
    () => ref.ask<string>((replyTo) => () => void replyTo.tell("answer")),
  );
  test.stopTracing();
  assertEquals(await soon(answer), "answer");
});

Deno.test("A waiting message is handled though tracing has started meanwhile", async () => {
  await using test = new TracedSystem();
  const { tracing } = coreOf(test.system);
  test.stopTracing();
  const ref = test.spawn();
  ref.tell(() => void test.log.push("handled"));
  coreOf(test.system).tracing = tracing;
  await settle();
  assertEquals(test.log, ["handled"]);
});

Deno.test("A crash in a context is a crash, and rejects its asker", async () => {
  await using test = new TracedSystem();
  const ref = test.spawn();
  const cause = new Error("crash");
  const answer = test.in("a", () => ref.ask<void>(() => crash(cause)));
  const error = await assertRejects(() => soon(answer), Error);
  assertStrictEquals(error.cause, cause);
});

Deno.test("A traced tick that is stale is never seen", async () => {
  await using test = new TracedSystem();
  const context = await test.contextOf(test.spawn());
  const timers = [
    context.after(10, test.note("after")),
    context.every(10, test.note("every")),
  ];
  await settle();
  test.clock.advance(10);
  for (const timer of timers) timer.cancel();
  await settle();
  assertEquals(test.log, []);
  assertEquals(test.of("dead_letter"), []);
});

Deno.test("A traced message that is not delivered names its sender, and rejects its asker", async () => {
  await using test = new TracedSystem();
  const mailbox: MailboxOptions<Step> = { maxMessages: 1 };
  const [ref, sender] = [test.spawn({}, { mailbox }), test.spawn()];
  ref.tell(() => {});
  const refused = assertRejects(
    () => ref.ask<void>(() => () => {}),
    MailboxFullError,
  );
  sender.tell(() => {
    ref.kill();
    ref.tell(crash());
  });
  await soon(refused);
  await settle();
  const letters = test.of("dead_letter");
  assertEquals(letters.map(({ reason }) => reason), ["refused", "stopped"]);
  assertStrictEquals(letters[1]?.sender, sender);
});

Deno.test("Nothing is wrapped unless the messages are traced", async () => {
  await using test = new TestSystem();
  assertStrictEquals(coreOf(test.system).tracing, undefined);
});
