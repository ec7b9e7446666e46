/**
 * The figures of a bus in this process.
 *
 * @module
 */
import type { BusStats } from "../message_bus.ts";
import type { StreamFigures } from "../streams/stream_figures.ts";
import type { SubscriptionOverflow } from "../subscription.ts";
import { checkArray, checkObject } from "../../checks/internal.ts";
import { type Bus, checkBus, engineOf } from "./bus.ts";

/** The figures of a bus, for exporters of metrics. */
export interface BusMetrics extends BusStats {
  /** Total of messages that were dropped, by the policy that has dropped them. */
  readonly droppedBy: Readonly<Record<SubscriptionOverflow, number>>;
  /** Total of messages that subscriptions could not decode. */
  readonly undecodable: number;
  /** Total of replies that nobody waited for any more. */
  readonly lateReplies: number;
  /** Requests that wait for their reply. */
  readonly pendingRequests: number;
  /** Subjects that have retained a value. */
  readonly retained: number;
  /** Bytes of retained values, and of their subjects. */
  readonly retainedBytes: number;
  /** Number of entries of presence. */
  readonly tracked: number;
  /** The streams of the bus. */
  readonly streams: readonly StreamFigures[];
}

/**
 * Returns the figures of a bus in this process.
 *
 * @throws {TypeError} if it is not a `Bus`.
 *
 * @example
 * ```ts
 * import { ActorSystem } from "@troupe/troupe";
 * import { Bus, busMetrics, busMetricsToPrometheus } from "@troupe/troupe/bus";
 *
 * await using system = new ActorSystem();
 * await using bus = new Bus(system);
 * const text = busMetricsToPrometheus(busMetrics(bus));
 * console.assert(text.includes("troupe_bus_published_total 0"));
 * ```
 */
export function busMetrics(bus: Bus): BusMetrics {
  checkBus(bus);
  const {
    stats,
    counters,
    lateReplies,
    requests,
    retained,
    presence,
    streams,
  } = engineOf(bus);
  return {
    ...stats,
    droppedBy: { ...counters.dropped },
    undecodable: counters.undecodable,
    lateReplies,
    pendingRequests: requests.pending.size,
    retained: retained.size,
    retainedBytes: retained.bytes,
    tracked: presence.entries,
    streams: streams.figures(),
  };
}

/** A metric of Prometheus: its name without prefix, its type, its samples. */
type Family = readonly [
  name: string,
  type: "counter" | "gauge",
  samples: readonly Sample[],
];

interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const one = (value: number): readonly Sample[] => [{ labels: {}, value }];

/**
 * Returns the figures in the text format of Prometheus.
 *
 * @throws {TypeError} if they are not those of a bus.
 */
export function busMetricsToPrometheus(metrics: BusMetrics): string {
  checkObject("metrics", metrics, "what busMetrics() returns");
  checkArray("metrics.streams", metrics.streams, "an array of figures");
  checkObject("metrics.droppedBy", metrics.droppedBy, "totals by policy");
  return families(metrics).map(([name, type, samples]) => {
    const metric = `troupe_bus_${name}`;
    const lines = samples.map(({ labels, value }) =>
      `${metric}${labelText(labels)} ${value}\n`
    );
    return lines.length === 0
      ? ""
      : `# TYPE ${metric} ${type}\n${lines.join("")}`;
  }).join("");
}

function families(metrics: BusMetrics): readonly Family[] {
  const { streams, droppedBy } = metrics;
  const ofStreams = (read: (stream: StreamFigures) => number) =>
    streams.map((stream) => ({
      labels: { stream: stream.name },
      value: read(stream),
    }));
  const ofConsumers = (key: "lag" | "pendingAcks" | "redelivered") =>
    streams.flatMap(({ name, consumers }) =>
      consumers.map((consumer) => ({
        labels: { stream: name, consumer: consumer.name },
        value: consumer[key],
      }))
    );
  return [
    ["subscriptions", "gauge", one(metrics.subscriptions)],
    ["pending_requests", "gauge", one(metrics.pendingRequests)],
    ["retained", "gauge", one(metrics.retained)],
    ["retained_bytes", "gauge", one(metrics.retainedBytes)],
    ["tracked", "gauge", one(metrics.tracked)],
    ["published_total", "counter", one(metrics.published)],
    ["delivered_total", "counter", one(metrics.delivered)],
    [
      "dropped_total",
      "counter",
      Object.entries(droppedBy).map(([policy, value]) => ({
        labels: { policy },
        value,
      })),
    ],
    ["undecodable_total", "counter", one(metrics.undecodable)],
    ["late_replies_total", "counter", one(metrics.lateReplies)],
    ["stream_messages", "gauge", ofStreams(({ messages }) => messages)],
    ["stream_bytes", "gauge", ofStreams(({ bytes }) => bytes)],
    ["consumer_lag", "gauge", ofConsumers("lag")],
    ["consumer_pending_acks", "gauge", ofConsumers("pendingAcks")],
    ["consumer_redelivered_total", "counter", ofConsumers("redelivered")],
  ];
}

/** Names of streams and consumers have no character that needs an escape. */
function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) =>
    `${name}="${value}"`
  );
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}
