import process from "node:process";
import { assert, assertEquals } from "@std/assert";
import { realClock } from "../../src/actor/clock.ts";

Deno.test("The real clock calls back after the delay", async () => {
  const before = realClock.now();
  const { promise, resolve } = Promise.withResolvers<void>();
  realClock.schedule(1, resolve);
  await promise;
  // Timers of the event loop may be early by their own rounding.
  assert(realClock.now() - before >= 0.9);
});

Deno.test("The real clock never calls back after the timer is cancelled", async () => {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = realClock.schedule(0, () => reject(new Error("called")));
  timer.cancel();
  realClock.schedule(1, resolve);
  await promise;
});

Deno.test("The real clock accepts a delay that is too long for setTimeout", async () => {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  // setTimeout would cut it to 32 bits, and call back at once.
  const timer = realClock.schedule(2 ** 32, () => reject(new Error("called")));
  realClock.schedule(1, resolve);
  await promise;
  timer.cancel();
});

Deno.test("A timer of the real clock need not keep the process alive", () => {
  const timer = realClock.schedule(60_000, () => {});
  timer.unref();
  timer.ref();
  timer.cancel();
});

Deno.test("a moment that has passed is no reason for a warning", async () => {
  const warnings: string[] = [];
  const note = ({ name }: Error): void => void warnings.push(name);
  process.on("warning", note);
  try {
    await new Promise<void>((resolve) => realClock.schedule(-5, resolve));
    // Warnings are emitted in a later turn.
    await new Promise<void>((resolve) => realClock.schedule(0, resolve));
  } finally {
    process.off("warning", note);
  }
  assertEquals(warnings, []);
});
