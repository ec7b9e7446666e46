/**
 * Options of a collector.
 *
 * @module
 */
import type { ActorSystem, Clock } from "../actor/mod.ts";
import { MAX_ACTOR_GROUPS } from "../actor/internal.ts";
import type { Core, Cores } from "../cores/mod.ts";
import {
  checkFunction,
  checkMethods,
  checkOptionNames,
  checkSignal,
  checkString,
  type OptionNames,
  resolveNumbers,
} from "../checks/internal.ts";
import { type AlertRule, checkAlertRules } from "./alert_rule.ts";
import {
  checkClock,
  type InstrumentLimits,
  type InstrumentsOptions,
  resolveInstrumentLimits,
} from "./instruments.ts";

/** Options of a `MetricsCollector`. */
export interface MetricsCollectorOptions extends InstrumentsOptions {
  /**
   * The system whose actors are counted.
   * @default {none}
   */
  readonly system?: ActorSystem;
  /**
   * In a worker of `cores()`, what its module gets: the main thread is told
   * each snapshot, and the actors of `system` while somebody looks at them, for
   * the `cores` of its own collector.
   * @default {none}
   */
  readonly core?: Core;
  /**
   * The workers of this program, each with a collector that has the option
   * `core`. Snapshots are then sums over this thread and all workers, and the
   * text for Prometheus has each thread with its label `worker`. A page shows the
   * actors of each worker beside those of `system`.
   * @default {none}
   */
  readonly cores?: Cores;
  /**
   * The most groups of actors in a snapshot, a whole number from 1. Each actor
   * at the top of the tree is a group, with all below it; of more, those that
   * were spawned last are one group named `//others`.
   * @default {100}
   */
  readonly maxActorGroups?: number;
  /**
   * Milliseconds from one snapshot to the next, 1 or more.
   * @default {1000}
   */
  readonly intervalMs?: number;
  /**
   * Milliseconds for which snapshots are kept, 0 or more.
   * @default {600000}
   */
  readonly retentionMs?: number;
  /**
   * The most snapshots that are kept, a whole number from 1. One takes a few
   * kilobytes, and more with many instruments.
   * @default {3600}
   */
  readonly maxSnapshots?: number;
  /**
   * A SQLite database in which snapshots outlive the process, within the same
   * limits. Only one collector may write it. Snapshots are written every five
   * seconds and at the end. It needs the permissions to read and write the
   * path.
   * @default {none}
   */
  readonly historyPath?: string;
  /**
   * The rules of alerts.
   * @default {none}
   */
  readonly alerts?: readonly AlertRule[];
  /**
   * A signal that closes the collector when it aborts, such as an actor's
   * `context.signal`.
   * @default {none}
   */
  readonly signal?: AbortSignal;
  /**
   * The source of time.
   * @default {the clock of the system, or the real clock}
   */
  readonly clock?: Clock;
  /**
   * A function that returns milliseconds since 1970.
   * @default {Date.now}
   */
  readonly timeOfDay?: () => number;
  /**
   * Called with what a listener, the metric of an alert, `system` or
   * `timeOfDay` throws, when an alert watches an instrument in vain, and when the
   * history cannot be written. The collector goes on: what could not be read is `null`, and `Date.now` takes the place
   * of `timeOfDay`. A source that fails each time is reported once. If
   * `onError` itself fails, both errors are printed.
   * @default {a function that prints it}
   */
  readonly onError?: (error: unknown) => void;
}

/** The options of a collector, with the defaults filled in. */
export interface ResolvedCollectorOptions {
  readonly intervalMs: number;
  readonly retentionMs: number;
  readonly maxSnapshots: number;
  readonly maxActorGroups: number;
  readonly alerts: readonly AlertRule[];
  readonly instruments: InstrumentLimits;
}

const DEFAULTS: Omit<ResolvedCollectorOptions, "alerts" | "instruments"> = {
  intervalMs: 1000,
  retentionMs: 600_000,
  maxSnapshots: 3600,
  maxActorGroups: MAX_ACTOR_GROUPS,
};

const RANGES = {
  intervalMs: { min: 1, finite: true },
  retentionMs: { min: 0 },
  maxSnapshots: { min: 1, integer: true },
  maxActorGroups: { min: 1, integer: true },
};

const NAMES: OptionNames<MetricsCollectorOptions> = {
  system: true,
  core: true,
  cores: true,
  intervalMs: true,
  retentionMs: true,
  maxSnapshots: true,
  maxActorGroups: true,
  maxLabelSets: true,
  maxInstruments: true,
  windowMs: true,
  historyPath: true,
  alerts: true,
  signal: true,
  clock: true,
  timeOfDay: true,
  onError: true,
};

/**
 * Checks the options, and fills in the defaults.
 *
 * @throws {TypeError} if an option is not known or has the wrong type, or a
 * rule of an alert makes no sense.
 * @throws {RangeError} if a number is out of its range.
 */
export function resolveCollectorOptions(
  options: MetricsCollectorOptions,
): ResolvedCollectorOptions {
  checkOptionNames("MetricsCollector", options, NAMES);
  const { alerts = [], system, clock, signal, historyPath } = options;
  const { core, cores } = options;
  if (system !== undefined) {
    checkMethods("system", system, ["tree", "spawn"], "an ActorSystem");
  }
  if (core !== undefined) {
    checkMethods(
      "core",
      core,
      ["tell", "handle"],
      "what a worker's module gets",
    );
  }
  if (cores !== undefined) {
    checkMethods("cores", cores, ["askAll", "handle"], "what cores() returns");
  }
  if (clock !== undefined) checkClock(clock);
  if (signal !== undefined) checkSignal("signal", signal);
  if (historyPath !== undefined) checkString("historyPath", historyPath);
  for (const name of ["timeOfDay", "onError"] as const) {
    if (options[name] !== undefined) checkFunction(name, options[name]);
  }
  const numbers = resolveNumbers(options, DEFAULTS, RANGES);
  checkAlertRules(alerts);
  const instruments = resolveInstrumentLimits(options);
  return { ...numbers, alerts, instruments };
}
