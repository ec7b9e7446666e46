import {
  assert,
  assertEquals,
  assertNotEquals,
  assertThrows,
} from "@std/assert";
import fc from "fast-check";
import { type ActorRef, ActorSystem } from "../../src/actor/mod.ts";
import { seededScheduler } from "../../src/testing/mod.ts";

const ACTORS = 4;
const MESSAGES = 5;

/** The order in which actors handled messages, as their indexes. */
async function order(seed: number): Promise<string> {
  await using system = new ActorSystem({ scheduler: seededScheduler(seed) });
  const log: number[] = [];
  const refs = Array.from(
    { length: ACTORS },
    (_, index) =>
      system.spawn<void>(() => ({
        receive: () => void log.push(index),
      })),
  );
  for (let i = 0; i < MESSAGES; i++) for (const ref of refs) ref.tell();
  await system.idle();
  return log.join("");
}

Deno.test("The same seed gives the same order", async () => {
  await fc.assert(fc.asyncProperty(fc.integer(), async (seed) => {
    assertEquals(await order(seed), await order(seed));
  }));
});

Deno.test("Different seeds give different orders", async () => {
  const orders = new Set<string>();
  for (let seed = 0; seed < 100; seed++) orders.add(await order(seed));
  assert(orders.size > 95, `${orders.size} orders of 100 seeds`);
});

Deno.test("The order is not the one without a scheduler", async () => {
  const burst = Array.from(
    { length: ACTORS },
    (_, i) => String(i).repeat(MESSAGES),
  ).join("");
  assertNotEquals(await order(1), burst);
});

Deno.test("Every message is handled, whatever the seed", async () => {
  await fc.assert(fc.asyncProperty(fc.integer(), async (seed) => {
    const handled = [...await order(seed)].sort().join("");
    assertEquals(handled, "00000111112222233333");
  }));
});

Deno.test("Every order of who runs first occurs", () => {
  const firsts = new Set<string>();
  for (let seed = 0; seed < 1000; seed++) {
    const scheduler = seededScheduler(seed);
    firsts.add([4, 3, 2].map((count) => scheduler.pick(count)).join());
  }
  assertEquals(firsts.size, 4 * 3 * 2);
});

Deno.test("A scheduler picks among the ready actors evenly", () => {
  const scheduler = seededScheduler(7);
  const picks = new Array<number>(5).fill(0);
  for (let i = 0; i < 5000; i++) {
    const pick = scheduler.pick(picks.length);
    picks[pick] = (picks[pick] ?? NaN) + 1;
  }
  assert(picks.every((count) => Math.abs(count - 1000) < 150), `${picks}`);
});

Deno.test("An actor that tells itself forever delays no other forever", async () => {
  await using system = new ActorSystem({ scheduler: seededScheduler(3) });
  let isOver = false;
  const ticker = system.spawn<void>(({ self }) => ({
    receive: () => void (isOver || self.tell()),
  }));
  ticker.tell();
  const other = system.spawn<void>(() => ({
    receive: () => {
      isOver = true;
    },
  }));
  other.tell();
  await system.idle();
  assertEquals(isOver, true);
});

Deno.test("Messages from one sender to one receiver keep their order, whatever the seed", async () => {
  await fc.assert(fc.asyncProperty(fc.integer(), async (seed) => {
    await using system = new ActorSystem({ scheduler: seededScheduler(seed) });
    const log: number[] = [];
    const sink = system.spawn<number>(() => ({
      receive: (message) => void log.push(message),
    }));
    const source: ActorRef<number> = system.spawn<number>(() => ({
      receive: (message) => void sink.tell(message),
    }));
    for (let i = 0; i < 10; i++) source.tell(i);
    await system.idle();
    assertEquals(log, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  }));
});

Deno.test("A scheduler with a burst below 1 is refused", () => {
  for (const burst of [0, NaN]) {
    assertThrows(
      () => new ActorSystem({ scheduler: { burst, pick: () => 0 } }),
      RangeError,
      "burst",
    );
  }
});
