import { assert, assertEquals } from "@std/assert";
import { ActorSystem } from "../../src/actor/mod.ts";
import { type Cores, cores, type CoreState } from "../../src/cores/mod.ts";
import { MetricsCollector } from "../../src/metrics/collector.ts";
import { serveMetrics } from "../../src/metrics/serve_metrics.ts";
import type { InstrumentSample } from "../../src/metrics/snapshot.ts";
import { snapshotToText } from "../../src/metrics/snapshot_text.ts";
import {
  sumOfThreads,
  type ThreadMetrics,
} from "../../src/metrics/worker_metrics.ts";
import { Happenings } from "../support/happenings.ts";
import { exit, late, work } from "./modules/topics.ts";
import { parseOpenMetrics } from "./openmetrics_parser.ts";
import { promtoolSays, withPromtool } from "./promtool.ts";
import { fullSnapshot } from "./snapshots.ts";

const COUNTING = new URL("./modules/counting.ts", import.meta.url);

/** Two workers that have counted, and the collector of the main thread. */
class Shop implements AsyncDisposable {
  readonly system: ActorSystem = new ActorSystem();
  readonly states: Happenings<CoreState> = new Happenings();
  readonly #stack = new AsyncDisposableStack();
  service!: Cores;
  collector!: MetricsCollector;

  static async open(): Promise<Shop> {
    const shop = new Shop();
    const { system, states } = shop;
    const stack = shop.#stack;
    stack.use(system);
    stack.use(system.events.subscribe(() => {}, { handlesFailures: true }));
    shop.service = stack.use(
      await cores(system, COUNTING, {
        count: 2,
        backoff: { initialMs: 1, maxMs: 1 },
        onState: (state) => states.push(state),
      }),
    );
    shop.collector = stack.use(
      new MetricsCollector({ system, cores: shop.service }),
    );
    shop.collector.instruments.counter("orders").add(100, { route: "/a" });
    await shop.service.ask(0, work, { orders: 1, ms: [0.5, 5] });
    await shop.service.ask(1, work, { orders: 10, ms: [50, 500, 5] });
    return shop;
  }

  /** Waits until a worker has entered a phase. */
  async until(index: number, phase: string): Promise<void> {
    for (;;) {
      const state = await this.states.next();
      if (state.index === index && state.phase === phase) return;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

function sampleOf(snapshot: ThreadMetrics, name: string): InstrumentSample {
  const found = snapshot.instruments.filter((one) => one.name === name);
  assertEquals(found.length, 1, name);
  const [sample] = found;
  assert(sample !== undefined);
  return sample;
}

function valueOf(snapshot: ThreadMetrics, name: string): number {
  const sample = sampleOf(snapshot, name);
  return sample.type === "histogram" ? sample.count : sample.value;
}

Deno.test("a snapshot with the option cores has the sums over all threads", async () => {
  await using shop = await Shop.open();
  const { collector } = shop;
  const snapshot = collector.collect();
  assertEquals(valueOf(snapshot, "orders"), 111);
  assertEquals(valueOf(snapshot, "open"), 11);
  const time = sampleOf(snapshot, "order_time");
  assert(time.type === "histogram");
  assertEquals([time.count, time.sum], [5, 560.5]);
  assertEquals(time.buckets, { bounds: [1, 10, 100], counts: [1, 3, 4] });
  const { count, sum, min, max } = time.summary;
  assertEquals([count, sum, min, max], [5, 560.5, 0.5, 500]);
  const group = snapshot.actors?.groups.find(({ name }) => name === "shop");
  assertEquals(group?.actors, 2);
  const heaps = collector.workers?.map((one) => one.process.heapUsedBytes ?? 0);
  assertEquals(heaps?.length, 3);
  assertEquals(
    snapshot.process.heapUsedBytes,
    heaps?.reduce((all, one) => all + one),
  );
});

Deno.test("one scrape has each thread with its label worker, and their sums are those of the snapshot", async () => {
  await using shop = await Shop.open();
  const { collector } = shop;
  await using metrics = serveMetrics(collector);
  const snapshot = collector.collect();
  const response = await metrics.fetch(
    new Request("http://localhost/metrics", {
      headers: { accept: "application/openmetrics-text" },
    }),
  );
  const families = parseOpenMetrics(await response.text());
  const of = (family: string, name: string, more = {}): [string, number][] =>
    families.find((one) => one.name === family)?.samples
      .filter((one) => one.name === name)
      .filter((one) =>
        Object.entries(more).every(([key, value]) => one.labels[key] === value)
      )
      .map(({ labels, value }) => [labels["worker"] ?? "none", value]) ?? [];
  assertEquals(of("orders", "orders_total"), [
    ["main", 100],
    ["0", 1],
    ["1", 10],
  ]);
  assertEquals(
    of("order_time_seconds", "order_time_seconds_bucket", { le: "0.01" }),
    [["0", 2], ["1", 1]],
  );
  const sum = (all: [string, number][]): number =>
    all.reduce((total, [, value]) => total + value, 0);
  assertEquals(sum(of("orders", "orders_total")), valueOf(snapshot, "orders"));
  assertEquals(
    sum(of("v8_heap_used_bytes", "v8_heap_used_bytes")),
    snapshot.process.heapUsedBytes,
  );
  const delay = "event_loop_delay_p99_seconds";
  assertEquals(
    of(delay, delay).map(([worker]) => worker),
    ["0", "1"],
    "the collector of the main thread was not started",
  );
  // What all threads have in common is there once.
  assertEquals(
    of("process_resident_memory_bytes", "process_resident_memory_bytes"),
    [["none", snapshot.process.rssBytes ?? 0]],
  );
  const shown = await metrics.fetch(
    new Request("http://localhost/snapshot.json"),
  );
  assertEquals(valueOf(await shown.json(), "orders"), 111);
});

Deno.test("what a worker has counted stays in the sums when it is lost, and what it used does not", async () => {
  await using shop = await Shop.open();
  const { collector, service } = shop;
  await shop.service.ask(0, exit, undefined).catch(() => {});
  await shop.until(0, "lost");
  const lost = collector.collect();
  assertEquals([valueOf(lost, "orders"), valueOf(lost, "open")], [111, 10]);
  await shop.until(0, "running");
  await service.ask(0, work, { orders: 1000, ms: [5] });
  const snapshot = collector.collect();
  assertEquals(valueOf(snapshot, "orders"), 1111);
  assertEquals(valueOf(snapshot, "open"), 1010);
  assertEquals(valueOf(snapshot, "order_time"), 6);
  const worker = collector.workers?.find(({ worker }) => worker === "0");
  assert(worker !== undefined);
  assertEquals(valueOf(worker, "orders"), 1001);
});

Deno.test("a worker that shuts down tells what it has counted last", async () => {
  await using shop = await Shop.open();
  await shop.service.ask(1, late, undefined);
  await shop.service.close();
  assertEquals(valueOf(shop.collector.collect(), "orders"), 112);
});

Deno.test(
  "promtool accepts the scrape of several workers",
  withPromtool,
  async () => {
    await using shop = await Shop.open();
    const { collector } = shop;
    collector.start();
    collector.collect();
    const text = snapshotToText(
      collector.collect(),
      "prometheus",
      collector.workers,
    );
    assertEquals(await promtoolSays(text), "0 ");
  },
);

Deno.test("an instrument's own label worker has another name beside that of the thread", () => {
  const snapshot = fullSnapshot();
  const instruments = snapshot.instruments.slice(0, 1).map((sample) => ({
    ...sample,
    labels: { worker: "mine" },
  }));
  const text = snapshotToText(snapshot, "openmetrics", [
    { ...snapshot, worker: "0", instruments },
  ]);
  assert(text.includes('orders_total{exported_worker="mine",worker="0"} 5\n'));
});

Deno.test("the sum of buckets with different bounds has those that all have", () => {
  const [histogram] = fullSnapshot().instruments.filter((one) =>
    one.type === "histogram"
  );
  assert(histogram?.type === "histogram");
  const withBuckets = (bounds: number[], counts: number[]) => ({
    ...fullSnapshot(),
    instruments: [{ ...histogram, buckets: { bounds, counts } }],
  });
  const [sum] = sumOfThreads([
    withBuckets([1, 5, 10], [1, 2, 3]),
    withBuckets([1, 10], [10, 20]),
  ]).instruments;
  assert(sum?.type === "histogram");
  assertEquals(sum.buckets, { bounds: [1, 10], counts: [11, 23] });
  assertEquals(sum.count, 2 * histogram.count);
});
