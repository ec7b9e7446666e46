/**
 * The options of a supervisor, checked once, with their defaults.
 *
 * @module
 */
import {
  checkArray,
  checkDuration,
  checkObject,
  checkOneOf,
  checkOptionNames,
  type OptionNames,
} from "../checks/internal.ts";
import { resolveBackoff, type ResolvedBackoff } from "./backoff.ts";
import { checkChild, type Child } from "./child.ts";
import { resolveIntensity } from "./restart_window.ts";
import {
  AUTO_SHUTDOWNS,
  STRATEGIES,
  type SupervisionRules,
} from "./supervision_state.ts";
import type {
  SupervisorOptions,
  UnavailableOptions,
} from "./supervisor_protocol.ts";

/** {@linkcode SupervisorOptions} with defaults filled in. */
export interface SupervisorSettings {
  readonly rules: SupervisionRules;
  readonly children: readonly Child<never>[];
  /** The delays after a failure; without them there is no delay. */
  readonly bugBackoff: ResolvedBackoff | undefined;
  /** The delays while a peer is unavailable. */
  readonly outageBackoff: ResolvedBackoff;
  readonly giveUpAfterMs: number;
}

const NAMES: OptionNames<SupervisorOptions> = {
  strategy: true,
  children: true,
  maxRestarts: true,
  withinMs: true,
  backoff: true,
  unavailable: true,
  autoShutdown: true,
};

const UNAVAILABLE_NAMES: OptionNames<UnavailableOptions> = {
  backoff: true,
  giveUpAfterMs: true,
};

/**
 * Checks the options once and fills in the defaults.
 *
 * @throws {TypeError} if an option has the wrong type or is not known, two
 * children have one name, or a dynamic supervisor is given children.
 * @throws {RangeError} if a number is out of its range.
 */
export function resolveSupervisorOptions(
  options: SupervisorOptions,
): SupervisorSettings {
  checkOptionNames("supervisor()", options, NAMES);
  const {
    strategy = "one_for_one",
    autoShutdown = "never",
    children = [],
    backoff = false,
    unavailable = {},
  } = options;
  checkOneOf("strategy", strategy, STRATEGIES);
  checkOneOf("autoShutdown", autoShutdown, AUTO_SHUTDOWNS);
  checkArray("children", children, "an array of what child({ … }) returns");
  const names = new Set<string>();
  for (const [index, child] of children.entries()) {
    checkChild(`children[${index}]`, child);
    const { name } = child;
    if (name === undefined) continue;
    if (names.has(name)) {
      throw new TypeError(
        `Cannot use children[${index}]: its name ${
          JSON.stringify(name)
        } is that of another child, names must differ`,
      );
    }
    names.add(name);
  }
  if (strategy === "dynamic" && options.children !== undefined) {
    throw new TypeError(
      "Cannot use children: the strategy is dynamic, start them with startChild",
    );
  }
  checkOptionNames("unavailable", unavailable, UNAVAILABLE_NAMES);
  const { giveUpAfterMs = Infinity } = unavailable;
  checkDuration("giveUpAfterMs", giveUpAfterMs);
  if (backoff !== false) checkObject("backoff", backoff, "false or an object");
  return {
    rules: { ...resolveIntensity(options), strategy, autoShutdown },
    children,
    bugBackoff: backoff === false ? undefined : resolveBackoff(backoff),
    outageBackoff: resolveBackoff(unavailable.backoff),
    giveUpAfterMs,
  };
}
