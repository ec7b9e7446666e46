import { assert, assertEquals, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import {
  ActorSystem,
  startChild,
  supervisor,
  type SystemEvent,
} from "../../src/actor/mod.ts";
import { ManualClock, seededRandom } from "../../src/testing/mod.ts";

function numbers(seed: number, count: number): number[] {
  return Array.from({ length: count }, seededRandom(seed));
}

Deno.test("The same seed gives the same numbers, another seed others", () => {
  fc.assert(fc.property(fc.integer(), (seed) => {
    assertEquals(numbers(seed, 5), numbers(seed, 5));
    assertNotEquals(numbers(seed, 5), numbers(seed + 1, 5));
  }));
});

Deno.test("The numbers of a seed are spread evenly from 0 to below 1", () => {
  const tenths = new Array<number>(10).fill(0);
  for (const number of numbers(7, 10_000)) {
    const tenth = Math.floor(number * 10);
    tenths[tenth] = (tenths[tenth] ?? NaN) + 1;
  }
  assert(tenths.every((count) => Math.abs(count - 1000) < 150), `${tenths}`);
});

Deno.test("A seed determines when a supervisor restarts a child, to the millisecond", async () => {
  const clock = new ManualClock();
  await using system = new ActorSystem({ clock });
  const events: SystemEvent["type"][] = [];
  system.events.subscribe(({ type }) => events.push(type), {
    handlesFailures: true,
  });
  const boss = system.spawn(supervisor({
    strategy: "dynamic",
    backoff: { initialMs: 1000, random: seededRandom(42) },
  }));
  const worker = await startChild<string>(boss, {
    behavior: () => ({
      receive(message) {
        throw new Error(message);
      },
    }),
  });
  const delayMs = 1000 * seededRandom(42)();
  worker.tell("crash");
  await system.idle();
  clock.advance(delayMs - 0.5);
  await system.idle();
  assertEquals(events.includes("restarted"), false);
  clock.advance(0.5);
  await system.idle();
  assertEquals(events.includes("restarted"), true);
});
