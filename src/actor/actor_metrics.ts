/**
 * The eight metrics of an actor system: one table for every exporter.
 *
 * @module
 */
import type { ActorGroup } from "./actor_groups.ts";

/** A metric, and how it is read. */
export interface ActorMetric<From> {
  /** The name as OpenTelemetry writes it, such as `troupe.actors`. */
  readonly name: string;
  /** Whether it only grows, or rises and falls. */
  readonly kind: "counter" | "up_down_counter";
  /** The unit in UCUM, such as `By`. */
  readonly unit: string;
  /** A few words for whoever reads the metric. */
  readonly description: string;
  /** Returns the value in that unit; `null` where it is not measured. */
  read(from: From): number | null;
}

/** What a system counts as a whole. */
export interface SystemCounters {
  /** Messages that could not be delivered. */
  readonly deadLetters: number;
  /** Replies that came after their ask had ended. */
  readonly lateReplies: number;
}

/** Metrics of each group of actors. */
export const GROUP_METRICS: readonly ActorMetric<ActorGroup>[] = [
  {
    name: "troupe.actors",
    kind: "up_down_counter",
    unit: "{actor}",
    description: "Actors that are not gone",
    read: ({ actors }) => actors,
  },
  {
    name: "troupe.actor.restarts",
    kind: "counter",
    unit: "{restart}",
    description: "Restarts of actors by their supervisors",
    read: ({ restarts }) => restarts,
  },
  {
    name: "troupe.actor.busy_time",
    kind: "counter",
    unit: "s",
    description: "Time that handlers of actors held the thread",
    read: ({ busyMs }) => busyMs === null ? null : busyMs / 1000,
  },
  {
    name: "troupe.mailbox.messages",
    kind: "up_down_counter",
    unit: "{message}",
    description: "Messages that wait in mailboxes",
    read: ({ mailboxMessages }) => mailboxMessages,
  },
  {
    name: "troupe.mailbox.bytes",
    kind: "up_down_counter",
    unit: "By",
    description: "Bytes that wait in mailboxes which are bounded in bytes",
    read: ({ mailboxBytes }) => mailboxBytes,
  },
  {
    name: "troupe.messages.processed",
    kind: "counter",
    unit: "{message}",
    description: "Messages that were handled",
    read: ({ processed }) => processed,
  },
];

/** Metrics of the system as a whole. */
export const SYSTEM_METRICS: readonly ActorMetric<SystemCounters>[] = [
  {
    name: "troupe.dead_letters",
    kind: "counter",
    unit: "{message}",
    description: "Messages that could not be delivered",
    read: ({ deadLetters }) => deadLetters,
  },
  {
    name: "troupe.late_replies",
    kind: "counter",
    unit: "{reply}",
    description: "Replies that came after their ask had ended",
    read: ({ lateReplies }) => lateReplies,
  },
];
