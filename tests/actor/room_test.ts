// How sibling rooms wait for a mailbox, and ask without a signal.
import { assertEquals, assertRejects } from "@std/assert";
import {
  onGone,
  openAsk,
  roomIn,
  wouldRefuse,
} from "../../src/actor/internal.ts";
import {
  type ActorRef,
  ActorStoppedError,
  ActorSystem,
  AskTimeoutError,
  type MailboxOptions,
  type ReplyTo,
} from "../../src/actor/mod.ts";
import { ManualClock } from "../support/manual_clock.ts";

/** An actor that handles a message when the test opens the gate. */
function gated(
  system: ActorSystem,
  mailbox: MailboxOptions<string>,
): { ref: ActorRef<string>; open: () => void; handled: string[] } {
  const gate = Promise.withResolvers<void>();
  const handled: string[] = [];
  const ref = system.spawn<string>(() => ({
    async receive(message) {
      await gate.promise;
      handled.push(message);
    },
  }), { mailbox });
  return { ref, open: gate.resolve, handled };
}

Deno.test("A full mailbox would refuse a message, and says so without a dead letter", async () => {
  await using system = new ActorSystem();
  const { ref, open } = gated(system, { maxMessages: 2 });
  assertEquals(wouldRefuse(ref, "a"), false);
  ref.tell("a");
  ref.tell("b");
  assertEquals([wouldRefuse(ref, "c"), wouldRefuse(ref)], [true, true]);
  const room = roomIn(ref);
  open();
  await room;
  assertEquals(wouldRefuse(ref, "c"), false);
  assertEquals(system.deadLetters, 0);
});

Deno.test("A mailbox that is bounded in bytes would refuse what is too large for it", async () => {
  await using system = new ActorSystem();
  const { ref, open } = gated(system, {
    maxBytes: 10,
    sizeOf: ({ length }) => length,
  });
  // It takes one of any size when it is empty.
  assertEquals(wouldRefuse(ref, "x".repeat(50)), false);
  ref.tell("123456");
  assertEquals(wouldRefuse(ref, "1234"), false);
  assertEquals(wouldRefuse(ref, "12345"), true);
  assertEquals(wouldRefuse(ref), false);
  ref.tell("7890");
  assertEquals(wouldRefuse(ref), true);
  open();
});

Deno.test("A mailbox that drops refuses nothing", async () => {
  await using system = new ActorSystem();
  for (const overflow of ["drop_oldest", "drop_newest"] as const) {
    const { ref, open } = gated(system, { maxMessages: 1, overflow });
    ref.tell("a");
    assertEquals(wouldRefuse(ref, "b"), false);
    open();
  }
});

Deno.test("Whoever waits for room is woken by each message that is handled, and by the end", async () => {
  await using system = new ActorSystem();
  const { ref, open, handled } = gated(system, { maxMessages: 1 });
  ref.tell("a");
  const waits = [roomIn(ref), roomIn(ref)];
  open();
  await Promise.all(waits);
  assertEquals(handled, ["a"]);
  const hung = gated(system, { maxMessages: 1 });
  hung.ref.tell("a");
  const wait = roomIn(hung.ref);
  hung.ref.kill();
  await wait;
  assertEquals(wouldRefuse(hung.ref, "b"), false);
  // Of one that is gone nobody waits.
  await roomIn(hung.ref);
});

Deno.test("An open ask gets its reply, its deadline or its cancellation, and leaves nothing", async () => {
  const clock = new ManualClock();
  await using system = new ActorSystem({ clock });
  const asked: ReplyTo<number>[] = [];
  const ref = system.spawn<ReplyTo<number>>(() => ({
    receive: (replyTo) => void asked.push(replyTo),
  }));
  const ask = (timeoutMs: number) =>
    openAsk<ReplyTo<number>, number>(ref, (replyTo) => replyTo, timeoutMs);
  const [one, two, three, four] = [ask(1000), ask(1000), ask(1000), ask(1000)];
  await system.idle();
  asked[0]?.tell(1);
  assertEquals(await one.reply, 1);
  two.cancel(new Error("Nobody waits"));
  await assertRejects(() => two.reply, Error, "Nobody waits");
  assertEquals(asked[1]?.tell(2), false);
  assertEquals(system.lateReplies, 1);
  const late = assertRejects(() => three.reply, AskTimeoutError);
  const late4 = assertRejects(() => four.reply, AskTimeoutError);
  await clock.advance(1000);
  await Promise.all([late, late4]);
  ref.stop();
  await assertRejects(() => ask(1000).reply, ActorStoppedError);
  assertEquals(clock.holding, 0);
});

Deno.test("onGone calls back once, at once for one that is gone, and can be taken back", async () => {
  await using system = new ActorSystem();
  const { ref } = gated(system, {});
  const seen: string[] = [];
  onGone(ref, ({ type }) => seen.push(type));
  onGone(ref, () => seen.push("never"))();
  ref.kill();
  await ref.stopped;
  onGone(ref, ({ type }) => seen.push(`again ${type}`));
  assertEquals(seen, ["killed", "again killed"]);
});
