/**
 * Composes scenarios of parts.
 *
 * @module
 */
import type { Scenario } from "../scenario/scenario.ts";
import {
  criteriaOf,
  loadOf,
  type PerformanceOptions,
  phasesOf,
  resolveOptions,
} from "./performance_options.ts";
import { type ScenarioPart, targetOf } from "./performance_parts.ts";

/** Composes a scenario of parts, with the criteria of all of them. */
export function compose(
  name: string,
  description: string,
  parts: readonly ScenarioPart[],
  options: PerformanceOptions,
  own: PerformanceOptions = {},
): Scenario {
  const resolved = resolveOptions(options, own);
  const { seed } = resolved;
  const target = targetOf(parts);
  const setup = parts.flatMap(({ setup = [] }) => setup);
  const userSetup = parts.flatMap(({ userSetup = [] }) => userSetup);
  return {
    name,
    description,
    ...(target === undefined ? {} : { target }),
    load: loadOf(resolved),
    phases: phasesOf(resolved),
    ...(setup.length === 0 ? {} : { setup }),
    ...(userSetup.length === 0 ? {} : { userSetup }),
    operations: parts.flatMap(({ operations }) => operations),
    feeders: Object.assign({}, ...parts.map(({ feeders }) => feeders)),
    criteria: [
      ...parts.flatMap(({ criteria = [] }) => criteria),
      ...criteriaOf(resolved),
    ],
    ...(seed === undefined ? {} : { seed }),
  };
}
