import { assertEquals } from "@std/assert";
import { resolvePhases } from "../../../src/load/run/phases.ts";
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
  const timeline = new TimelineRecorder({
    phases: resolvePhases({
      load: { model: "closed", users: 1 },
      phases: { steadyMs: 600_000, drainTimeoutMs: 0 },
      operations: [],
    }),
    model: "closed",
    offsetMs: 0,
    maxPoints: 600,
  });
  for (let count = 0; count < 600; count++) timeline.endInterval(1);
  timeline.errors += 7;
  timeline.endInterval(0);
  const { points } = timeline.timeline;
  assertEquals(points.length, 600);
  assertEquals(points.reduce((sum, { errors }) => sum + errors, 0), 7);
});
