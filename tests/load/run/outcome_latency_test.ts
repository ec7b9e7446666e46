import { assertEquals } from "@std/assert";
import { LoadTestManager } from "../../../src/load/load_test_manager.ts";
import type { Scenario } from "../../../src/load/scenario/scenario.ts";
import { ManualClock } from "../../../src/testing/manual_clock.ts";
import { drive, TestDriver } from "../../support/load_drivers.ts";

const loads: readonly Scenario["load"][] = [
  { model: "open", arrivalsPerSecond: 10, maxUsers: 10 },
  { model: "closed", users: 2 },
];

for (const load of loads) {
  Deno.test(`in the ${load.model} model, an operation has the latency that its outcome reports`, async () => {
    const clock = new ManualClock();
    const driver = new TestDriver(() =>
      new Promise((resolve) =>
        clock.schedule(100, () => resolve({ latencyMs: 7 }))
      )
    );
    const manager = new LoadTestManager({ drivers: { test: driver }, clock });
    const { steady, timeline } = await drive(
      clock,
      manager.run({
        name: "Events that were published before",
        load,
        phases: { steadyMs: 1000 },
        operations: [{ name: "wait", driver: "test", request: {} }],
      }),
    );
    const { latency, serviceTime } = steady;
    assertEquals([latency.min, latency.max], [7, 7]);
    assertEquals([serviceTime.min, serviceTime.max], [7, 7]);
    assertEquals(timeline.points[0]?.latencyMaxMs, 7);
  });
}
