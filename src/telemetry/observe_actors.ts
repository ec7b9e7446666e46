/**
 * Metrics of a system, read when they are collected and at no other time.
 *
 * @module
 */
import type { Attributes } from "@opentelemetry/api";
import type { ActorSystem } from "../actor/mod.ts";
import {
  type ActorGrouping,
  GROUP_METRICS,
  groupActors,
  SYSTEM_METRICS,
} from "../actor/internal.ts";
import { registerMetrics } from "./register_metrics.ts";

/** Options of {@linkcode observeActors}. */
export interface ObserveActorsOptions {
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
   * How many groups are told apart at once, 1 or more. Of more, the last ones
   * are one group named `//others`: those that were spawned last, and by path
   * those that are farthest from the top. Its counters fall when an actor
   * leaves it, which readers take for a restart.
   * @default {100}
   */
  readonly maxGroups?: number;
  /**
   * Attributes of every observation, to tell systems of one process apart.
   * @default {none}
   */
  readonly attributes?: Readonly<Record<string, string | number | boolean>>;
}

/** The attribute with the name of a group. */
const NAME_ATTRIBUTES: Readonly<Record<ActorGrouping, string | undefined>> = {
  system: undefined,
  top_level: "troupe.actor.name",
  path: "troupe.actor.path",
};

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
 * import { observeActors } from "@troupe/troupe/telemetry";
 *
 * await using system = new ActorSystem();
 * using _metrics = observeActors(system, {
 *   attributes: { "service.component": "orders" },
 * });
 * ```
 *
 * @throws {TypeError} if `groupBy` is none of its values.
 * @throws {RangeError} if `maxGroups` is not a whole number from 1.
 */
export function observeActors(
  system: ActorSystem,
  options: ObserveActorsOptions = {},
): Disposable {
  const { groupBy = "top_level", maxGroups, attributes = {} } = options;
  const groupsNow = () => groupActors(system.tree(), groupBy, maxGroups);
  // A mistake in the options is found here, not when metrics are collected.
  groupsNow();
  const nameAttribute = NAME_ATTRIBUTES[groupBy];
  const attributesOf = (name: string): Attributes =>
    nameAttribute === undefined
      ? attributes
      : { ...attributes, [nameAttribute]: name };

  let before: ReadonlyMap<string, Attributes> = new Map();
  return registerMetrics([...GROUP_METRICS, ...SYSTEM_METRICS], (report) => {
    const groups = groupsNow();
    const now = new Map(
      groups.map(({ name }) => [name, before.get(name) ?? attributesOf(name)]),
    );
    const gone = [...before].filter(([name]) => !now.has(name));
    before = now;
    for (const metric of GROUP_METRICS) {
      for (const group of groups) {
        report(metric, metric.read(group), now.get(group.name));
      }
      // A reader keeps the last value: of what is gone there is none left.
      if (metric.kind === "counter") continue;
      for (const [, attributes] of gone) report(metric, 0, attributes);
    }
    for (const metric of SYSTEM_METRICS) {
      report(metric, metric.read(system), attributes);
    }
  });
}
