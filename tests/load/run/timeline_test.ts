import { assertEquals } from "@std/assert";
import {
  timelineIntervalMs,
  TimelineRecorder,
} from "../../../src/load/run/timeline.ts";

Deno.test("a timeline has at most 600 intervals of whole seconds", () => {
  assertEquals(timelineIntervalMs(500), 1000);
  assertEquals(timelineIntervalMs(600_000), 1000);
  assertEquals(timelineIntervalMs(600_001), 2000);
  assertEquals(timelineIntervalMs(86_400_000), 144_000);
});

Deno.test("what ends after the last interval of a timeline is counted in it", () => {
  const timeline = new TimelineRecorder(600_000, 0);
  for (let count = 0; count < 600; count++) timeline.endInterval("steady", 1);
  timeline.errors += 7;
  timeline.endInterval("ramp_down", 0);
  const { points } = timeline.timeline;
  assertEquals(points.length, 600);
  assertEquals(points.reduce((sum, { errors }) => sum + errors, 0), 7);
});
