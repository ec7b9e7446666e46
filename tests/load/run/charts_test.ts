import { assert, assertEquals } from "@std/assert";
import config from "../../../deno.json" with { type: "json" };
import { LoadTestManager } from "../../../src/load/load_test_manager.ts";
import { Distribution } from "../../../src/metrics/distribution.ts";
import {
  MAX_CHART_POINTS,
  MAX_CHARTED,
  percentilesOf,
} from "../../../src/load/run/operation_details.ts";
import { VERSION } from "../../../src/load/run/origin.ts";
import { ManualClock } from "../../../src/testing/manual_clock.ts";
import { ANY_MACHINE, drive, TestDriver } from "../../support/load_drivers.ts";
import { bounded } from "../../support/net.ts";

Deno.test("the version in reports is that of the package", () => {
  assertEquals(VERSION, config.version);
});

Deno.test(
  "the first 20 operations have charts of at most 120 intervals, however many there are and however long a run is",
  bounded,
  async () => {
    const clock = new ManualClock();
    const driver = new TestDriver();
    const names = Array.from(
      { length: 30 },
      (_, index) => `operation ${index}`,
    );
    const result = await drive(
      clock,
      new LoadTestManager({
        drivers: { test: driver },
        clock,
        health: ANY_MACHINE,
      }).run({
        name: "many operations",
        load: {
          model: "closed",
          users: 3,
          thinkTime: { distribution: "constant", ms: 500 },
        },
        phases: { rampUpMs: 10_000, steadyMs: 200_000, drainTimeoutMs: 1000 },
        operations: names.map((name) => ({
          name,
          driver: "test",
          request: {},
        })),
      }),
      250,
    );
    assertEquals(
      result.details.map(({ name }) => name),
      ["all", ...names.slice(0, MAX_CHARTED)],
    );
    for (const { name, timeline } of result.details.slice(1)) {
      const { intervalMs = 0, points = [] } = timeline ?? {};
      assertEquals(intervalMs, 2000);
      assert(points.length <= MAX_CHART_POINTS);
      const ok = points.reduce((sum, point) => sum + point.ok, 0);
      const steady = result.operations.find((one) => one.name === name);
      assert(ok >= (steady?.accounting.ok ?? 0), `${name}: ${ok}`);
    }
    const { points } = result.timeline;
    assert(result.generator.points.length >= points.length - 1);
    assertEquals(
      result.generator.points.map(({ atMs }) => atMs).slice(0, 100),
      points.map(({ atMs }) => atMs).slice(0, 100),
    );
  },
);

Deno.test("percentiles have as many nines as there are values for, and end with the maximum", () => {
  const distribution = new Distribution();
  assertEquals(percentilesOf(distribution), []);
  for (let ms = 1; ms <= 1000; ms++) distribution.record(ms);
  const percentiles = percentilesOf(distribution);
  assertEquals(percentiles[0], [0, 1]);
  assertEquals(percentiles.at(-2)?.[0], 0.999);
  assertEquals(percentiles.at(-1), [1, 1000]);
  const [, median = 0] = percentiles.find(([at]) => at === 0.5) ?? [];
  assertEquals(Math.round(median), 500);
  assert(
    percentiles.every(([, ms], index) =>
      ms >= (percentiles[index - 1]?.[1] ?? 0)
    ),
  );
});
