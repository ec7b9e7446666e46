/**
 * The preset that uses several services of one process at once.
 *
 * @module
 */
import {
  checkArray,
  checkOneOf,
  checkOptionNames,
} from "../../checks/internal.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { compose } from "./compose.ts";
import { COMMON_NAMES } from "./performance_options.ts";
import {
  apiPart,
  chatPart,
  filesPart,
  realtimePart,
  type ScenarioPart,
  type ServiceName,
  terminalsPart,
} from "./performance_parts.ts";
import type { MixedOptions } from "./preset_options.ts";
import { databasePart } from "./store_parts.ts";

const SERVICE_NAMES: readonly ServiceName[] = [
  "chat",
  "files",
  "terminals",
  "api",
  "realtime",
  "store",
];

/** Several services at once. */
export function mixedScenario(options: MixedOptions): Scenario {
  const names = { ...COMMON_NAMES, services: true } as const;
  checkOptionNames("mixed()", options, names);
  const {
    services = SERVICE_NAMES,
  } = options;
  const parts: { readonly [name in ServiceName]: () => ScenarioPart } = {
    chat: () => chatPart(undefined, 10),
    files: () => filesPart(undefined, 262_144, 65_536),
    terminals: () => terminalsPart(undefined),
    api: () => apiPart(undefined),
    realtime: () => realtimePart(undefined, 20),
    // What holds for a store alone need not hold beside other work.
    store: () => ({ ...databasePart(undefined, 5), criteria: [] }),
  };
  checkArray("services", services, "an array of names");
  for (const name of services) checkOneOf("services", name, SERVICE_NAMES);
  const all = [...new Set(services)].map((name) => parts[name]());
  return compose(
    "mixed",
    "Several services of one process at once, a store among them",
    all,
    options,
    { users: 50 },
  );
}
