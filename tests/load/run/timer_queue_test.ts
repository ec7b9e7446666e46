import { assertEquals } from "@std/assert";
import { TimerQueue } from "../../../src/load/run/timer_queue.ts";
import { ManualClock } from "../../../src/testing/manual_clock.ts";

Deno.test("a timer queue calls back in order of time, on one timer", () => {
  const clock = new ManualClock();
  const due: [string, number][] = [];
  using queue = new TimerQueue<string>(clock, (item, atMs) => {
    due.push([item, atMs]);
    if (item === "b") queue.add(25, "added");
  });
  for (
    const [item, atMs] of [["d", 40], ["b", 20], ["a", 10], ["c", 30]] as const
  ) {
    queue.add(atMs, item);
  }
  assertEquals(clock.pending, 1);
  clock.advance(20);
  assertEquals(due, [["a", 10], ["b", 20]]);
  clock.advance(100);
  assertEquals(due.slice(2), [["added", 25], ["c", 30], ["d", 40]]);
  assertEquals(clock.pending, 0);
});
