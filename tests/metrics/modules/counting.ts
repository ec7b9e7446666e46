// A module for workers that counts what it is asked to count.
import type { Core } from "../../../src/cores/core.ts";
import { MetricsCollector } from "../../../src/metrics/collector.ts";
import { exit, late, work } from "./topics.ts";

export default function main(core: Core): MetricsCollector {
  const { system } = core;
  system.spawn(() => ({ receive() {} }), { name: "shop" });
  // Only what a test asks for is collected.
  const intervalMs = 3_600_000;
  const collector = new MetricsCollector({ core, system, intervalMs });
  const { instruments } = collector;
  const orders = instruments.counter("orders", { help: "Orders that came" });
  const open = instruments.gauge("open", { help: "Orders that are open" });
  const time = instruments.histogram("order_time", {
    unit: "ms",
    help: "Time of an order",
    buckets: [1, 10, 100],
  });
  collector.start();
  core.handle(work, (wanted) => {
    orders.add(wanted.orders, { route: "/a" });
    open.set(wanted.orders);
    for (const ms of wanted.ms) time.record(ms);
    collector.collect();
  });
  core.handle(late, () => orders.add(1, { route: "/a" }));
  core.handle(exit, () => Deno.exit(1));
  return collector;
}
