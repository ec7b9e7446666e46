/**
 * How a collector is made.
 *
 * @module
 */
import type { ActorSystem, Clock } from "../actor/mod.ts";
import { MAX_ACTOR_GROUPS } from "../actor/internal.ts";
import { type AlertRule, checkAlertRules } from "./alerts.ts";
import type { InstrumentsOptions } from "./instruments.ts";

/** Options of a `MetricsCollector`. */
export interface MetricsCollectorOptions extends InstrumentsOptions {
  /**
   * The system whose actors are counted.
   * @default {none}
   */
  readonly system?: ActorSystem;
  /**
   * How many actors at the top of the tree a snapshot tells apart, 1 or more.
   * Of more, those that were spawned last are one group named `//others`.
   * @default {100}
   */
  readonly maxActorGroups?: number;
  /**
   * Milliseconds from one snapshot to the next, 1 or more.
   * @default {1000}
   */
  readonly intervalMs?: number;
  /**
   * Milliseconds for which snapshots are kept.
   * @default {600000}
   */
  readonly retentionMs?: number;
  /**
   * The most snapshots that are kept. One takes some kilobytes, and more with
   * many instruments.
   * @default {3600}
   */
  readonly maxSnapshots?: number;
  /**
   * Where snapshots are kept beyond the end of the process, within the same
   * limits: a SQLite database, which only one collector may write. They are
   * written every five seconds and at the end. It needs the permissions to
   * read and write the path.
   * @default {nowhere}
   */
  readonly historyPath?: string;
  /**
   * Rules of alerts.
   * @default {none}
   */
  readonly alerts?: readonly AlertRule[];
  /**
   * When this aborts, the collector ends; such as an actor's `context.signal`.
   * @default {none}
   */
  readonly signal?: AbortSignal;
  /**
   * The source of time.
   * @default {the clock of the system, else the real one}
   */
  readonly clock?: Clock;
  /**
   * Milliseconds since 1970.
   * @default {Date.now}
   */
  readonly timeOfDay?: () => number;
  /**
   * Told what a listener or the metric of an alert throws, and when the
   * history cannot be written. Collecting goes on.
   * @default {prints it}
   */
  readonly onError?: (error: unknown) => void;
}

/** Checks the options once. */
export function resolveCollectorOptions(
  {
    intervalMs = 1000,
    retentionMs = 600_000,
    maxSnapshots = 3600,
    maxActorGroups = MAX_ACTOR_GROUPS,
    alerts = [],
  }: MetricsCollectorOptions,
): Required<
  Pick<
    MetricsCollectorOptions,
    | "intervalMs"
    | "retentionMs"
    | "maxSnapshots"
    | "maxActorGroups"
    | "alerts"
  >
> {
  const check = (name: string, value: number, fits: boolean, range: string) => {
    if (fits) return;
    throw new RangeError(
      `Cannot make a collector: ${name} is ${value}, it must be ${range}`,
    );
  };
  check(
    "intervalMs",
    intervalMs,
    intervalMs >= 1 && intervalMs < Infinity,
    "1 or more, and finite",
  );
  check("retentionMs", retentionMs, retentionMs >= 0, "0 or more");
  check(
    "maxSnapshots",
    maxSnapshots,
    Number.isInteger(maxSnapshots) && maxSnapshots >= 1,
    "a whole number from 1 on",
  );
  check(
    "maxActorGroups",
    maxActorGroups,
    Number.isInteger(maxActorGroups) && maxActorGroups >= 1,
    "a whole number from 1 on",
  );
  checkAlertRules(alerts);
  return { intervalMs, retentionMs, maxSnapshots, maxActorGroups, alerts };
}
