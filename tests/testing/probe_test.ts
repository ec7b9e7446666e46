import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { ActorSystem } from "../../src/actor/mod.ts";
import { ManualClock, Probe, ProbeError } from "../../src/testing/mod.ts";
import { settle } from "../actor/fixtures.ts";

Deno.test("expectMessage() returns the messages of the probe, in order", async () => {
  await using system = new ActorSystem();
  const probe = new Probe<number>(system);
  for (const message of [1, 2, 3]) probe.ref.tell(message);
  for (const message of [1, 2, 3]) {
    assertEquals(await probe.expectMessage(), message);
  }
});

Deno.test("expectMessage() waits for a message that comes later", async () => {
  await using system = new ActorSystem();
  const probe = new Probe<string>(system);
  const message = probe.expectMessage();
  await settle();
  probe.ref.tell("late");
  assertEquals(await message, "late");
});

Deno.test("expectMessage() waits on the clock of the probe, if it is given one", async () => {
  const clock = new ManualClock();
  await using system = new ActorSystem({ clock });
  const probe = new Probe<string>(system, { clock });
  for (const options of [{}, { timeoutMs: 1000 }]) {
    const waiting = probe.expectMessage(options);
    const failing = assertRejects(
      () => waiting,
      ProbeError,
      "Expected a message within 1000 ms",
    );
    clock.advance(1000);
    await failing;
  }
  const message = probe.expectMessage({ timeoutMs: 1000 });
  clock.advance(999);
  probe.ref.tell("in time");
  assertEquals(await message, "in time");
  assertEquals(clock.pending, 0);
});

Deno.test("expectMessage() without a time-out sets no timer", async () => {
  const clock = new ManualClock();
  await using system = new ActorSystem({ clock });
  const probe = new Probe<string>(system, { clock });
  const message = probe.expectMessage({ timeoutMs: Infinity });
  assertEquals(clock.pending, 0);
  probe.ref.tell("late");
  assertEquals(await message, "late");
});

Deno.test("expectStopped() waits on the clock of the probe, if it is given one", async () => {
  const clock = new ManualClock();
  await using system = new ActorSystem({ clock });
  const probe = new Probe<string>(system, { clock });
  const ref = system.spawn(() => ({ receive() {} }), { name: "a" });
  const waiting = probe.expectStopped(ref, { timeoutMs: 60_000 });
  const failing = assertRejects(
    () => waiting,
    ProbeError,
    "Expected /a to stop within 60000 ms",
  );
  clock.advance(60_000);
  await failing;
  assertEquals(clock.pending, 0);
});

Deno.test("expectMessage() waits on the real clock by default, whatever the clock of the system", async () => {
  await using system = new ActorSystem({ clock: new ManualClock() });
  const probe = new Probe<string>(system);
  await assertRejects(
    () => probe.expectMessage({ timeoutMs: 0 }),
    ProbeError,
    "Expected a message within 0 ms",
  );
});

Deno.test("expectMessage() that failed leaves a later message to the next call", async () => {
  await using system = new ActorSystem();
  const probe = new Probe<string>(system);
  await assertRejects(() => probe.expectMessage({ timeoutMs: 0 }), ProbeError);
  probe.ref.tell("late");
  assertEquals(await probe.expectMessage(), "late");
});

Deno.test("expectMessage() may be called in the same turn in which the previous call gets its message", async () => {
  await using system = new ActorSystem();
  const probe = new Probe<number>(system);
  const messages: Promise<number>[] = [probe.expectMessage()];
  system.spawn(() => {
    // Runs right after the probe, before any promise has had its say.
    messages.push(probe.expectMessage());
    return { receive() {} };
  });
  probe.ref.tell(1);
  await settle();
  probe.ref.tell(2);
  assertEquals(await Promise.all(messages), [1, 2]);
});

Deno.test("expectMessage() allows one call at a time", async () => {
  await using system = new ActorSystem();
  const probe = new Probe<string>(system);
  const message = probe.expectMessage();
  await assertRejects(() => probe.expectMessage(), TypeError, "await it first");
  probe.ref.tell("for the first");
  assertEquals(await message, "for the first");
});

Deno.test("expectNone() resolves when no message came", async () => {
  await using system = new ActorSystem();
  const probe = new Probe<string>(system);
  await probe.expectNone();
});

Deno.test("expectNone() rejects when a message is here, and shows it", async () => {
  await using system = new ActorSystem();
  const probe = new Probe<{ readonly id: number }>(system);
  probe.ref.tell({ id: 7 });
  await assertRejects(
    () => probe.expectNone(),
    ProbeError,
    "Expected no message, got { id: 7 }",
  );
});

Deno.test("expectNone() rejects when an earlier message leads to one, through other actors", async () => {
  await using system = new ActorSystem();
  const probe = new Probe<string>(system);
  const relay = system.spawn<string>((context) => ({
    async receive(message) {
      await Promise.resolve();
      if (message === "") probe.ref.tell("arrived");
      else context.self.tell(message.slice(1));
    },
  }));
  relay.tell("a long way");
  await assertRejects(() => probe.expectNone(), ProbeError, "arrived");
});

Deno.test("expectNone() leaves the message to expectMessage()", async () => {
  await using system = new ActorSystem();
  const probe = new Probe<string>(system);
  probe.ref.tell("here");
  await assertRejects(() => probe.expectNone(), ProbeError);
  assertEquals(await probe.expectMessage(), "here");
  await probe.expectNone();
});

Deno.test("expectNone() does not move the clock", async () => {
  const clock = new ManualClock();
  await using system = new ActorSystem({ clock });
  const probe = new Probe<string>(system);
  system.spawn<void>((context) => {
    context.after(10, undefined);
    return { receive: () => void probe.ref.tell("tick") };
  });
  await probe.expectNone();
  clock.advance(10);
  assertEquals(await probe.expectMessage(), "tick");
});

Deno.test("expectStopped() returns the reason with which an actor stopped", async () => {
  await using system = new ActorSystem();
  const probe = new Probe<string>(system);
  const cause = new Error("crash");
  using _quiet = system.events.subscribe(() => {}, { handlesFailures: true });
  const ref = system.spawn<void>(() => ({
    receive() {
      throw cause;
    },
  }));
  ref.tell();
  const reason = await probe.expectStopped(ref);
  assertEquals(reason.type, "failed");
  assertStrictEquals(reason.type === "failed" && reason.cause, cause);
});

Deno.test("expectStopped() returns the reason of an actor that is already gone", async () => {
  await using system = new ActorSystem();
  const probe = new Probe<string>(system);
  const ref = system.spawn<void>(() => ({ receive() {} }));
  ref.kill();
  assertEquals(await probe.expectStopped(ref), { type: "killed" });
});

Deno.test("expectStopped() rejects when the actor does not stop, and names it", async () => {
  await using system = new ActorSystem();
  const probe = new Probe<string>(system);
  const ref = system.spawn<void>(() => ({ receive() {} }), { name: "a" });
  await assertRejects(
    () => probe.expectStopped(ref, { timeoutMs: 0 }),
    ProbeError,
    "Expected /a to stop within 0 ms",
  );
});

Deno.test("A failed expectation is a ProbeError", () => {
  assertEquals(new ProbeError("why").name, "ProbeError");
});

Deno.test("an expectation that fails where a test moves a clock hints at system.idle()", async () => {
  const clock = new ManualClock();
  await using system = new ActorSystem({ clock });
  const manual = new Probe<string>(system, { clock });
  const late = assertRejects(
    () => manual.expectMessage({ timeoutMs: 5 }),
    ProbeError,
    "Expected a message within 5 ms: actors work only while a test awaits, await system.idle() before",
  );
  clock.advance(5);
  await late;
  const real = new Probe<string>(system);
  await assertRejects(
    () => real.expectMessage({ timeoutMs: 0 }),
    ProbeError,
    "Expected a message within 0 ms: the system has a clock of its own, await system.idle() and move it",
  );
  await using plain = new ActorSystem();
  const error = await assertRejects(
    () => new Probe<string>(plain).expectMessage({ timeoutMs: 0 }),
    ProbeError,
  );
  assertEquals(error.message, "Expected a message within 0 ms");
});
