/**
 * Snapshots for tests, and a feed that a test moves.
 *
 * @module
 */
import type {
  AlertEvent,
  MetricsEvent,
  MetricsFeed,
} from "../../src/metrics/feed.ts";
import type { MetricsSnapshot } from "../../src/metrics/snapshot.ts";

/** A snapshot that knows everything; its counters grow with its number. */
export function fullSnapshot(sequence = 1): MetricsSnapshot {
  const n = sequence;
  return {
    sequence,
    atMs: 1_800_000_000_000 + 1000 * n,
    steadyMs: 1_800_000_000_000 + 1000 * n,
    process: {
      cpuUserMs: 1500.5 * n,
      cpuSystemMs: 250 * n,
      cpuCores: 0.6 + 0.3 * Math.sin(n / 9),
      rssBytes: 120e6 + 20e6 * Math.sin(n / 30),
      heapUsedBytes: 40e6 + (n % 20) * 1e6,
      heapTotalBytes: 70e6,
      externalBytes: 3e6,
      heapSpaces: [
        { name: "new_space", usedBytes: 1e6, sizeBytes: 2e6 },
        { name: "old_space", usedBytes: 39e6, sizeBytes: 60e6 },
      ],
      gc: { count: 12 * n, pauseMs: 34.5 * n },
      openFiles: 25,
      diskReadBytes: 4096 * n,
      diskWrittenBytes: 8192 * n,
    },
    eventLoop: {
      delayP50Ms: 1.1 + 0.1 * Math.sin(n / 5),
      delayP99Ms: 4 + Math.sin(n / 3),
      delayMaxMs: n % 40 === 0 ? 60 : 9 + 2 * Math.sin(n),
    },
    host: {
      cores: 2,
      load: [0.5, 0.25, 0.125],
      memoryTotalBytes: 24e9,
      memoryAvailableBytes: 20e9,
      networkReceivedBytes: 1e6 * n,
      networkSentBytes: 2e6 * n,
    },
    cgroup: {
      memoryLimitBytes: 2e9,
      memoryUsedBytes: 1e9,
      cpuLimitCores: 1.5,
    },
    actors: {
      deadLetters: 3,
      lateReplies: 1,
      groups: ["listeners", "pool", "terminals"].map((name, index) => ({
        name,
        actors: 10 ** index + n % 3,
        mailboxMessages: (n * (index + 1)) % 50,
        mailboxBytes: 1000 * index,
        processed: 100 * (index + 1) * n,
        restarts: index,
        busyMs: 12.5 * n,
      })),
    },
    instruments: [
      {
        type: "counter",
        name: "orders",
        help: "Orders that came",
        unit: "",
        labels: { route: "/orders" },
        value: 5 * n,
      },
      {
        type: "gauge",
        name: "queue.length",
        help: "",
        unit: "{order}",
        labels: {},
        value: -2,
      },
      {
        type: "histogram",
        name: "latency",
        help: "Time to answer",
        unit: "ms",
        labels: { route: "/orders" },
        count: 40,
        sum: 100,
        buckets: { bounds: [1, 2.5], counts: [10, 40] },
        summary: {
          count: 4,
          sum: 10,
          min: 1,
          mean: 2.5,
          p50: 2,
          p90: 4,
          p95: 4,
          p99: 4,
          p999: 4,
          max: 4,
        },
      },
    ],
  };
}

/** A snapshot that knows nothing. */
export function emptySnapshot(): MetricsSnapshot {
  return {
    sequence: 1,
    atMs: 1_800_000_000_000,
    steadyMs: 1_800_000_000_000,
    process: {
      cpuUserMs: null,
      cpuSystemMs: null,
      cpuCores: null,
      rssBytes: null,
      heapUsedBytes: null,
      heapTotalBytes: null,
      externalBytes: null,
      heapSpaces: null,
      gc: null,
      openFiles: null,
      diskReadBytes: null,
      diskWrittenBytes: null,
    },
    eventLoop: null,
    host: {
      cores: null,
      load: null,
      memoryTotalBytes: null,
      memoryAvailableBytes: null,
      networkReceivedBytes: null,
      networkSentBytes: null,
    },
    cgroup: null,
    actors: null,
    instruments: [],
  };
}

/** A feed whose snapshots and alerts are what a test says. */
export class TestFeed implements MetricsFeed {
  history: MetricsSnapshot[] = [];
  firing: AlertEvent[] = [];
  readonly #listeners = new Set<(event: MetricsEvent) => void>();

  get latest(): MetricsSnapshot | undefined {
    return this.history.at(-1);
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  subscribe(listener: (event: MetricsEvent) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  push(snapshot: MetricsSnapshot): void {
    this.history.push(snapshot);
    this.#tell({ type: "snapshot", snapshot });
  }

  alert(alert: AlertEvent): void {
    this.firing = this.firing.filter(({ name }) => name !== alert.name);
    if (alert.state === "firing") this.firing.push(alert);
    this.#tell({ type: "alert", alert });
  }

  #tell(event: MetricsEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
