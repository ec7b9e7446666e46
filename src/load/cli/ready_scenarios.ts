/**
 * Scenarios that are there without a file.
 *
 * @module
 */
import type { Operation, Scenario } from "../scenario.ts";
import { scenarioTemplates, type TemplateBase } from "../scenario_templates.ts";

const READY = {
  smoke: "3 users for half a minute: whether it works at all",
  average: "10 users for ten minutes: an average day",
  stress: "twice as many as on an average day, for ten minutes",
  spike: "ten times as many within ten seconds, for a minute",
  endurance: "an average day for four hours: leaks, and what fills up",
} as const;

/** The name of a ready scenario. */
export type ReadyName = keyof typeof READY;

/** The names of the ready scenarios. */
export const readyNames: readonly ReadyName[] = [
  "smoke",
  "average",
  "stress",
  "spike",
  "endurance",
];

/** What an average day is; `--set` changes it. */
const BASE: TemplateBase = { users: 10 };

/** A ready scenario, which gets a URL by HTTP. */
export function readyScenario(name: ReadyName, url: string): Scenario {
  const operations: Operation[] = [
    { name: "get", driver: "http", request: { url } },
  ];
  const template = name === "average"
    ? scenarioTemplates.averageLoad
    : scenarioTemplates[name];
  return template(operations, { ...BASE, name: `${name} of ${url}` });
}

/** The ready scenarios, a line each. */
export function listReady(): string {
  const width = Math.max(...readyNames.map((name) => name.length));
  return [
    "Ready scenarios get the URL of --url by HTTP:",
    "",
    ...readyNames.map((name) => `  ${name.padEnd(width)}  ${READY[name]}`),
    "",
    "--set changes their numbers, such as --set load.users=50, and --print",
    "prints one as YAML, to be made into one of your own.",
  ].join("\n");
}
