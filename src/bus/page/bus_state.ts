/**
 * What the page of a bus shows, as tables of text.
 *
 * @module
 */
import { type Bus, engineOf } from "../local/bus.ts";
import { busMetrics } from "../local/bus_metrics.ts";

/** Rows of a table at most; there is no end to subjects. */
const MAX_ROWS = 200;

/** A table of the page. */
export interface Table {
  /** Its heading. */
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Rows that are left out. */
  readonly more: number;
}

/** Subscriptions with the same pattern, group and policy. */
interface Alike {
  readonly pattern: string;
  readonly queue: string;
  readonly overflow: string;
  count: number;
  pending: number;
  delivered: number;
  dropped: number;
}

/** Returns the tables of a bus as it is now. */
export function busState(bus: Bus): readonly Table[] {
  const { streams, ...figures } = busMetrics(bus);
  const { droppedBy: _byPolicy, ...numbers } = figures;
  return [
    table(
      "Figures",
      ["figure", "value"],
      Object.entries(numbers).map(([name, value]) => [words(name), value]),
    ),
    table(
      "Subjects",
      ["subject", "subscriptions", "queue groups"],
      [...engineOf(bus).subjects()].map((
        [subject, { all, groups }],
      ) => [subject, all.length, groups.length]),
    ),
    table(
      "Subscribers",
      [
        "pattern",
        "queue group",
        "when full",
        "subscriptions",
        "waiting",
        "delivered",
        "dropped",
      ],
      alike(bus).map((
        { pattern, queue, overflow, count, pending, delivered, dropped },
      ) => [pattern, queue, overflow, count, pending, delivered, dropped]),
    ),
    table(
      "Streams",
      ["stream", "messages", "bytes", "last number"],
      streams.map(({ name, messages, bytes, lastSequence }) => [
        name,
        messages,
        bytes,
        lastSequence,
      ]),
    ),
    table(
      "Consumers",
      ["stream", "consumer", "lag", "pending acks", "redelivered"],
      streams.flatMap(({ name, consumers }) =>
        consumers.map((consumer) => [
          name,
          consumer.name,
          consumer.lag,
          consumer.pendingAcks,
          consumer.redelivered,
        ])
      ),
    ),
  ];
}

/** Returns a name such as `lateReplies` as words. */
function words(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function alike(bus: Bus): Alike[] {
  const groups = new Map<string, Alike>();
  for (const subscription of engineOf(bus).subscriptions()) {
    const { pattern, queue = "", overflow } = subscription;
    // No part has a space in it.
    const key = `${pattern} ${queue} ${overflow}`;
    const group = groups.get(key) ?? {
      pattern,
      queue,
      overflow,
      count: 0,
      pending: 0,
      delivered: 0,
      dropped: 0,
    };
    groups.set(key, group);
    const { pending, delivered, dropped } = subscription.stats();
    group.count++;
    group.pending += pending;
    group.delivered += delivered;
    group.dropped += dropped;
  }
  return [...groups.values()];
}

function table(
  title: string,
  columns: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): Table {
  return {
    title,
    columns,
    rows: rows.slice(0, MAX_ROWS).map((row) => row.map(String)),
    more: Math.max(0, rows.length - MAX_ROWS),
  };
}
