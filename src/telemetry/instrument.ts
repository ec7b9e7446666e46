/**
 * Metrics of a system, read when they are collected and at no other time.
 *
 * @module
 */
import { type BatchObservableResult, metrics } from "@opentelemetry/api";
import type { ActorSystem } from "../actor/mod.ts";
import { type Group, groupsOf } from "./groups.ts";

/** Options of {@linkcode instrument}. */
export interface InstrumentOptions {
  /**
   * What is told apart by an attribute.
   *
   * - `system`: nothing, there is one sum for all actors.
   * - `top_level`: each actor at the top of the tree, with all below it, by its
   *   name in `troupe.actor.name`. Its counters end with it.
   * - `path`: each actor for itself, by `troupe.actor.path`. That is a time
   *   series for each actor there ever was: for debugging, or for few.
   *
   * @default {"top_level"}
   */
  readonly groupBy?: "system" | "top_level" | "path";
  /**
   * Attributes of every observation, to tell systems of one process apart.
   * @default {none}
   */
  readonly attributes?: Readonly<Record<string, string | number | boolean>>;
}

/** An instrument, and how it is read from what it observes. */
interface Instrument<T> {
  readonly make:
    | "createObservableCounter"
    | "createObservableUpDownCounter";
  readonly name: string;
  readonly unit: string;
  readonly description: string;
  read(from: T): number;
}

const GROUP_INSTRUMENTS: readonly Instrument<Group>[] = [
  {
    make: "createObservableUpDownCounter",
    name: "troupe.actor.count",
    unit: "{actor}",
    description: "Actors that are not gone",
    read: ({ actors }) => actors,
  },
  {
    make: "createObservableCounter",
    name: "troupe.actor.restarts",
    unit: "{restart}",
    description: "Restarts of actors by their supervisors",
    read: ({ restarts }) => restarts,
  },
  {
    make: "createObservableUpDownCounter",
    name: "troupe.mailbox.messages",
    unit: "{message}",
    description: "Messages that wait in mailboxes",
    read: ({ messages }) => messages,
  },
  {
    make: "createObservableUpDownCounter",
    name: "troupe.mailbox.bytes",
    unit: "By",
    description: "Bytes that wait in mailboxes which are bounded in bytes",
    read: ({ bytes }) => bytes,
  },
  {
    make: "createObservableCounter",
    name: "troupe.messages.processed",
    unit: "{message}",
    description: "Messages that were handled",
    read: ({ processed }) => processed,
  },
];

/** Only where it is measured. */
const BUSY_TIME: Instrument<Group> = {
  make: "createObservableCounter",
  name: "troupe.actor.busy_time",
  unit: "s",
  description: "Time that handlers of actors held the thread",
  read: ({ busyMs }) => busyMs / 1000,
};

const SYSTEM_INSTRUMENTS: readonly Instrument<ActorSystem>[] = [
  {
    make: "createObservableCounter",
    name: "troupe.dead_letters",
    unit: "{message}",
    description: "Messages that could not be delivered",
    read: ({ deadLetters }) => deadLetters,
  },
  {
    make: "createObservableCounter",
    name: "troupe.late_replies",
    unit: "{reply}",
    description: "Answers that came after their ask had ended",
    read: ({ lateReplies }) => lateReplies,
  },
];

/**
 * Registers metrics of a system with OpenTelemetry, until the result is
 * disposed. Nothing is counted for them: `system.tree()` is read when they are
 * collected, of the global meter provider. Register that first, if it is not
 * Deno's own (`OTEL_DENO=true`): without one, nothing is ever collected.
 *
 * | Name | Kind, unit | What |
 * | --- | --- | --- |
 * | `troupe.actor.count` | up-down counter, `{actor}` | actors that are not gone |
 * | `troupe.actor.restarts` | counter, `{restart}` | restarts |
 * | `troupe.actor.busy_time` | counter, `s` | time that handlers held the thread, with `measureBusyTime` |
 * | `troupe.mailbox.messages` | up-down counter, `{message}` | messages that wait |
 * | `troupe.mailbox.bytes` | up-down counter, `By` | bytes that wait, in mailboxes bounded in bytes |
 * | `troupe.messages.processed` | counter, `{message}` | messages handled |
 * | `troupe.dead_letters` | counter, `{message}` | messages not delivered, of the whole system |
 * | `troupe.late_replies` | counter, `{reply}` | answers after the end of their ask, of the whole system |
 *
 * @example
 * ```ts
 * import { ActorSystem } from "@troupe/troupe";
 * import { instrument } from "@troupe/troupe/telemetry";
 *
 * await using system = new ActorSystem();
 * using _metrics = instrument(system, {
 *   attributes: { "service.component": "orders" },
 * });
 * ```
 *
 * @throws {TypeError} when `groupBy` is none of its values.
 */
export function instrument(
  system: ActorSystem,
  options: InstrumentOptions = {},
): Disposable {
  const meter = metrics.getMeter("@troupe/troupe");
  const made = <T>(instruments: readonly Instrument<T>[]) =>
    instruments.map((instrument) => ({
      instrument,
      observable: meter[instrument.make](instrument.name, instrument),
    }));

  const tree = system.tree();
  // A mistake in the options is found here, not when it is collected.
  groupsOf(tree, options);
  const ofGroups = made(
    tree.busyMs === undefined
      ? GROUP_INSTRUMENTS
      : [...GROUP_INSTRUMENTS, BUSY_TIME],
  );
  const ofSystem = made(SYSTEM_INSTRUMENTS);

  let before: readonly Group[] = [];
  const observe = (result: BatchObservableResult): void => {
    const groups = groupsOf(system.tree(), options);
    const keys = new Set(groups.map(({ key }) => key));
    const gone = before.filter(({ key }) => !keys.has(key));
    before = groups;
    for (const { instrument, observable } of ofGroups) {
      for (const group of groups) {
        result.observe(observable, instrument.read(group), group.attributes);
      }
      // A reader goes on with the last value: of what is gone there is none.
      if (instrument.make === "createObservableCounter") continue;
      for (const { attributes } of gone) {
        result.observe(observable, 0, attributes);
      }
    }
    for (const { instrument, observable } of ofSystem) {
      result.observe(observable, instrument.read(system), options.attributes);
    }
  };
  const all = [...ofGroups, ...ofSystem].map(({ observable }) => observable);
  meter.addBatchObservableCallback(observe, all);
  return {
    [Symbol.dispose]: () => meter.removeBatchObservableCallback(observe, all),
  };
}
