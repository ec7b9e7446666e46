// The linter of Prometheus has nothing to say about what a scrape gets.
import { assertEquals } from "@std/assert";
import { ActorSystem } from "../../src/actor/mod.ts";
import { MetricsCollector } from "../../src/metrics/collector.ts";
import { snapshotToText } from "../../src/metrics/snapshot_text.ts";
import { promtoolSays, withPromtool } from "./promtool.ts";
import { fullSnapshot } from "./snapshots.ts";

Deno.test(
  "promtool accepts every metric of a collector, and instruments in any unit of time",
  withPromtool,
  async () => {
    await using system = new ActorSystem({ measureBusyTime: true });
    system.spawn(() => ({ receive() {} }), { name: "worker" });
    await using collector = new MetricsCollector({ system });
    const { instruments } = collector;
    const help = "Of a test";
    for (const unit of ["s", "ms", "us", "ns", "min", "h", "d", "By", "%"]) {
      const name = `a${instruments.samples().length}`;
      instruments.histogram(`${name}_time`, { unit, help }).record(3);
      instruments.counter(`${name}_spent`, { unit, help }).add(3);
      instruments.gauge(`${name}_now`, { unit, help }).set(3);
    }
    collector.start();
    collector.collect();
    const { actors, ...rest } = collector.collect();
    const { host, cgroup } = fullSnapshot();
    const known = { ...fullSnapshot(), ...rest, host, cgroup };
    const text = snapshotToText({ ...known, actors }, "prometheus");
    assertEquals(await promtoolSays(text), "0 ");
  },
);

Deno.test("promtool refuses a text that is wrong", withPromtool, async () => {
  const text = "# HELP a_count Count\n# TYPE a_count gauge\na_count 1\n";
  assertEquals(
    (await promtoolSays(text)).startsWith("3 a_count non-histogram"),
    true,
  );
});
