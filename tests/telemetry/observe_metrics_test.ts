import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { metrics } from "@opentelemetry/api";
import {
  type DataPoint,
  MeterProvider,
  MetricReader,
} from "@opentelemetry/sdk-metrics";
import { ActorSystem } from "../../src/actor/system.ts";
import { MetricsCollector, snapshotToText } from "../../src/metrics/mod.ts";
import { observeMetrics } from "../../src/telemetry/observe_metrics.ts";
import { observeActors } from "../../src/telemetry/mod.ts";
import type { MetricsSnapshot } from "../../src/metrics/snapshot.ts";
import { bounded } from "../support/net.ts";
import { emptySnapshot, fullSnapshot, TestFeed } from "../metrics/snapshots.ts";

/** Gives what is collected to the test. */
class Reader extends MetricReader {
  protected override onForceFlush(): Promise<void> {
    return Promise.resolve();
  }

  protected override onShutdown(): Promise<void> {
    return Promise.resolve();
  }
}

/** The global meter provider, for one test. */
class Metrics implements AsyncDisposable {
  readonly #reader = new Reader();
  readonly #provider = new MeterProvider({ readers: [this.#reader] });

  constructor() {
    metrics.setGlobalMeterProvider(this.#provider);
  }

  /** All values, as they are printed; and each name with its unit. */
  async collect() {
    const { resourceMetrics, errors } = await this.#reader.collect();
    assertEquals(errors, []);
    const names: string[] = [];
    const values: Record<string, number> = {};
    for (const { metrics } of resourceMetrics.scopeMetrics) {
      for (const { descriptor, dataPoints } of metrics) {
        assert(descriptor.description !== "", descriptor.name);
        names.push(descriptor.name);
        for (const { attributes, value } of dataPoints as DataPoint<number>[]) {
          const labels = Object.values(attributes).join();
          values[`${descriptor.name} ${descriptor.unit} ${labels}`] = value;
        }
      }
    }
    return { names, values };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    metrics.disable();
    await this.#provider.shutdown();
  }
}

Deno.test("OpenTelemetry gets the values of the latest snapshot, in its own units", async () => {
  await using otel = new Metrics();
  const feed = new TestFeed();
  using _observed = observeMetrics(feed);
  assertEquals((await otel.collect()).values, {});
  feed.push(fullSnapshot(1));
  feed.push({ ...fullSnapshot(2) });
  const { eventLoop, process } = fullSnapshot(2);
  assertEquals((await otel.collect()).values, {
    "process.cpu.time s user": 3.001,
    "process.cpu.time s system": 0.5,
    "process.memory.usage By ": process.rssBytes ?? NaN,
    "process.unix.file_descriptor.count {file_descriptor} ": 25,
    "process.disk.io By read": 8192,
    "process.disk.io By write": 16384,
    "nodejs.eventloop.delay.p50 s ": (eventLoop?.delayP50Ms ?? NaN) / 1000,
    "nodejs.eventloop.delay.p99 s ": (eventLoop?.delayP99Ms ?? NaN) / 1000,
    "nodejs.eventloop.delay.max s ": (eventLoop?.delayMaxMs ?? NaN) / 1000,
    "system.cpu.logical.count {cpu} ": 2,
    "system.load_average {thread} 1m": 0.5,
    "system.load_average {thread} 5m": 0.25,
    "system.load_average {thread} 15m": 0.125,
    "system.memory.limit By ": 24e9,
    "system.memory.linux.available By ": 20e9,
    "system.network.io By receive": 2e6,
    "system.network.io By transmit": 4e6,
  });
});

Deno.test("OpenTelemetry gets no value for what is unknown", async () => {
  await using otel = new Metrics();
  const feed = new TestFeed();
  feed.push(emptySnapshot());
  using _observed = observeMetrics(feed);
  assertEquals((await otel.collect()).values, {});
});

Deno.test("Observations have the attributes of the options", async () => {
  await using otel = new Metrics();
  const feed = new TestFeed();
  feed.push(fullSnapshot());
  using _observed = observeMetrics(feed, { attributes: { part: "orders" } });
  const { values } = await otel.collect();
  assertEquals(values["process.disk.io By orders,read"], 4096);
});

Deno.test("observeMetrics() has no metric that observeActors() has", async () => {
  await using otel = new Metrics();
  await using system = new ActorSystem();
  const feed = new TestFeed();
  feed.push(fullSnapshot());
  using _actors = observeActors(system);
  using _observed = observeMetrics(feed);
  const { names } = await otel.collect();
  assertEquals(names.length, new Set(names).size);
  assert(names.includes("troupe.dead_letters"));
  assert(!names.some((name) => name.startsWith("v8js.")));
});

Deno.test("OpenTelemetry and OpenMetrics have the same metrics of actors", async () => {
  await using otel = new Metrics();
  await using system = new ActorSystem({ measureBusyTime: true });
  for (const name of ["a", "b", "c"]) {
    system.spawn(() => ({ receive() {} }), { name }).tell(1);
  }
  await system.idle();
  using _actors = observeActors(system, { maxGroups: 2 });
  await using collector = new MetricsCollector({ system, maxActorGroups: 2 });
  const text = snapshotToText(collector.collect());
  const { values } = await otel.collect();
  const units: Record<string, string> = { s: "_seconds", By: "_bytes" };
  const expected = Object.entries(values).map(([key, value]) => {
    const [name = "", unit = "", group = ""] = key.split(" ");
    const word = name.endsWith(".bytes") ? "" : units[unit] ?? "";
    const isCounter = !/^troupe\.(actors|mailbox)/.test(name);
    const label = group && `{troupe_actor_name="${group}"}`;
    return `${name.replaceAll(".", "_")}${word}${
      isCounter ? "_total" : ""
    }${label} ${value}`;
  });
  const actual = text.split("\n").filter((line) => line.startsWith("troupe_"));
  assertEquals(actual.sort(), expected.sort());
  assertEquals(actual.length, 6 * 2 + 2);
});

Deno.test("OpenTelemetry gets no values after the metrics are disposed", async () => {
  await using otel = new Metrics();
  const feed = new TestFeed();
  feed.push(fullSnapshot(1));
  const observed = observeMetrics(feed);
  const before = (await otel.collect()).values;
  observed[Symbol.dispose]();
  feed.push(fullSnapshot(2));
  assertEquals((await otel.collect()).values, before);
});

Deno.test("A feed that throws is printed once until it works again, and ends no collection", async () => {
  await using otel = new Metrics();
  const broken = new Error("broken");
  let isBroken = true;
  class BrokenFeed extends TestFeed {
    override get latest(): MetricsSnapshot | undefined {
      if (isBroken) throw broken;
      return super.latest;
    }
  }
  const feed = new BrokenFeed();
  feed.push(fullSnapshot(1));
  using _observed = observeMetrics(feed);
  const { error } = console;
  const lines: unknown[] = [];
  console.error = (...words: unknown[]) => void lines.push(...words);
  try {
    for (let i = 0; i < 3; i++) {
      assertEquals((await otel.collect()).values, {});
    }
    isBroken = false;
    const { values } = await otel.collect();
    assertEquals(values["system.cpu.logical.count {cpu} "], 2);
    isBroken = true;
    await otel.collect();
  } finally {
    console.error = error;
  }
  assertEquals(lines.filter((line) => line === broken).length, 2);
});

Deno.test(
  "A feed that throws does not end a process with Deno's own exporter",
  bounded,
  async () => {
    const script = new URL("observe_broken_feed.ts", import.meta.url).pathname;
    const config = new URL("../../deno.json", import.meta.url).pathname;
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-check", "--quiet", `--config=${config}`, script],
      env: {
        OTEL_DENO: "true",
        OTEL_EXPORTER_OTLP_PROTOCOL: "console",
        OTEL_METRIC_EXPORT_INTERVAL: "20",
      },
      stdin: "null",
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    assertEquals([code, text(stdout)], [0, "read three times\n"]);
    assertStringIncludes(text(stderr), "the feed is broken");
  },
);
