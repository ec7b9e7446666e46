// A module for workers that counts what it is asked to count.
import type { Core } from "../../../src/cores/core.ts";
import { MetricsCollector } from "../../../src/metrics/collector.ts";
import { block, exit, late, work } from "./topics.ts";

export default function main(core: Core): MetricsCollector {
  const { system } = core;
  let last = 0;
  system.spawn(() => ({ receive() {}, inspect: () => ({ last }) }), {
    name: "shop",
  });
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
    last = wanted.orders;
    orders.add(wanted.orders, { route: "/a" });
    open.set(wanted.orders);
    for (const ms of wanted.ms) time.record(ms);
    collector.collect();
  });
  core.handle(late, () => orders.add(1, { route: "/a" }));
  core.handle(block, (flag) => void Atomics.wait(new Int32Array(flag), 0, 0));
  core.handle(exit, () => Deno.exit(1));
  return collector;
}
