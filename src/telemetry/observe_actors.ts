/**
 * Metrics of a system for OpenTelemetry, read when they are collected.
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
import {
  checkMethods,
  checkOptionNames,
  type OptionNames,
} from "../checks/internal.ts";
import { checkAttributes } from "./attributes.ts";
import { registerMetrics } from "./register_metrics.ts";

/** Options of {@linkcode observeActors}. */
export interface ObserveActorsOptions {
  /**
   * Which actors are summed up, and by which attribute the sums differ.
   *
   * - `system`: one sum for all actors, without an attribute.
   * - `top_level`: a sum for each actor at the top of the tree, with all below
   *   it, by its name in `troupe.actor.name`. Its counters end with it.
   * - `path`: each actor by itself, by `troupe.actor.path`. Over time that is a
   *   time series for each actor that ever had one: for debugging, or for few
   *   actors.
   *
   * @default {"top_level"}
   */
  readonly groupBy?: "system" | "top_level" | "path";
  /**
   * The most groups at once, a whole number from 1. The last ones over it are
   * one group named `//others`: the actors that were spawned last, and by path
   * those that are farthest from the top. Its counters fall when an actor
   * leaves the group, which readers take for a restart.
   * @default {100}
   */
  readonly maxGroups?: number;
  /**
   * Attributes of every observation, such as one that names the system where a
   * process has several.
   * @default {none}
   */
  readonly attributes?: Readonly<Record<string, string | number | boolean>>;
}

const NAMES: OptionNames<ObserveActorsOptions> = {
  groupBy: true,
  maxGroups: true,
  attributes: true,
};

/** The attribute that has the name of a group. */
const NAME_ATTRIBUTES: Readonly<Record<ActorGrouping, string | undefined>> = {
  system: undefined,
  top_level: "troupe.actor.name",
  path: "troupe.actor.path",
};

/**
 * Registers metrics of a system with OpenTelemetry's global meter provider,
 * until the result is disposed. They cost nothing until they are collected:
 * then `system.tree()` is read. If the provider is not Deno's own
 * (`OTEL_DENO=true`), register it first: without one, nothing is collected.
 *
 * | Name | Kind, unit | Meaning |
 * | --- | --- | --- |
 * | `troupe.actors` | up-down counter, `{actor}` | actors that are not gone |
 * | `troupe.actor.restarts` | counter, `{restart}` | restarts |
 * | `troupe.actor.busy_time` | counter, `s` | time that handlers held the thread, with `measureBusyTime` |
 * | `troupe.mailbox.messages` | up-down counter, `{message}` | messages that wait |
 * | `troupe.mailbox.bytes` | up-down counter, `By` | bytes that wait, in mailboxes bounded in bytes |
 * | `troupe.messages.processed` | counter, `{message}` | messages handled |
 * | `troupe.dead_letters` | counter, `{message}` | messages not delivered, of the whole system |
 * | `troupe.late_replies` | counter, `{reply}` | replies after the end of their ask, of the whole system |
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
 * @param options May be left out; each option has its default.
 * @throws {TypeError} if `system` is not one, an option is not known or has the
 * wrong type, or `groupBy` is none of the three.
 * @throws {RangeError} if `maxGroups` is not a whole number from 1.
 */
export function observeActors(
  system: ActorSystem,
  options: ObserveActorsOptions = {},
): Disposable {
  checkMethods("system", system, ["tree", "spawn"], "an ActorSystem");
  checkOptionNames("observeActors()", options, NAMES);
  checkAttributes(options.attributes);
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
