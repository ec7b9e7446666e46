/**
 * The arguments of the command line.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { closestName } from "../../checks/internal.ts";
import { MAX_WORKERS } from "../check_options.ts";
import type { JsonValue } from "../../codec/mod.ts";
import type { Override } from "./override.ts";
import {
  PRESET_FLAGS,
  type PresetSettings,
  presetSettings,
} from "./preset_args.ts";
import { number, time } from "./argument_values.ts";
import { LoadUsageError } from "./usage_error.ts";

export { LoadUsageError };

/** The help text of the command line. */
export const HELP = `\
Runs a load test: a scenario from a file, or a preset.

  deno task load [options] SCENARIO.yaml   a file: .yaml, .yml or .json
  deno task load [options] PRESET          one of those that --list shows

  --out DIR         the directory for the reports: report.html, report.txt,
                    summary.md (Markdown for the summary of a CI job),
                    junit.xml, result.json, operations.csv, timeline.csv; it
                    must be empty or not exist
                    (default: load-results/NAME-TIME)
  --against FILE    the result.json of an earlier run of the scenario: the reports
                    have the differences, and which of them are noise
  --set KEY=VALUE   changes the scenario, such as --set load.users=50 or
                    --set criteria.0.value=20; can be repeated
  --target URL      runs a preset of a store against your own, which has what
                    @troupe/troupe/load/store exports, such as
                    http://127.0.0.1:8090/
  --users N         the users of a preset, who think between what they do
  --think-time MS   how long they think on average; N or a time such as 10s
  --rate N          what a preset starts per second, however long it takes
  --duration MS     how long a preset is measured; N or a time such as 2m
  --of PRESET       whose operations stress and endurance perform
  --seed N          changes the seed of all random choices
  --workers N       the threads that generate the load, each a share of it
                    (default: 1)
  --max-lag-ms N    how late 1 % of the operations may start before the run is
                    invalid (default: 20); N or a time such as 1s
  --print           prints the scenario as YAML, and runs nothing
  --list            lists the presets
  --no-reports      writes no reports, such as for deno task compare, which runs
                    a load test many times
  --no-page         serves no page with live charts
  --page-port N     the port of that page on 127.0.0.1 (default: a free one);
                    its path /metrics has the operations for Prometheus
  --scrape-wait-ms N
                    how long the page waits at the end until /metrics is read
                    once more, so that the last values are not lost (default:
                    until whoever has read it before comes again, and at most
                    60000)
  --quiet           prints the verdict only
  --json            prints the result as one line of JSON to stdout, and all
                    else to stderr
  --help            prints this help

A scenario says which operations users perform, how many users there are, and
for how long: see examples/load. Ctrl-C ends a run early, and writes its
reports; a second Ctrl-C ends it at once, without reports.

Exit codes: 0 passed; 1 a criterion does not hold; 2 the arguments or the
scenario are not valid; 3 the run is invalid (it could not be prepared, the
target exited, or the generator could not keep up); 4 aborted by Ctrl-C or
SIGTERM; 5 the reports could not be written, or this program failed; 6 ended by
a criterion with abort; 130 ended at once.`;

/** The source of the scenario. */
export type ScenarioSource =
  | { readonly type: "file"; readonly path: string }
  | { readonly type: "preset"; readonly name: string };

/** The arguments of a run. */
export interface RunArguments {
  readonly source: ScenarioSource;
  readonly overrides: readonly Override[];
  /** The options of the preset. */
  readonly preset: PresetSettings;
  /** The directory for the reports; a new one if it is left out. */
  readonly out: string | undefined;
  /** The file with the result of an earlier run to compare with. */
  readonly against: string | undefined;
  /** Whether reports are written. */
  readonly reports: boolean;
  /** The threads that generate the load. */
  readonly workers: number;
  /** How late one in a hundred operations may start, in milliseconds. */
  readonly maxLagMs: number | undefined;
  /** Whether the scenario is printed instead of run. */
  readonly print: boolean;
  /**
   * Milliseconds to wait for a last scrape; `undefined` for what the scrapes
   * before it suggest.
   */
  readonly scrapeWaitMs: number | undefined;
  /** The port of the page, 0 for a free one; `undefined` for no page. */
  readonly pagePort: number | undefined;
  readonly quiet: boolean;
  readonly json: boolean;
}

/** What the arguments ask for: help, the list of presets, or a run. */
export type LoadArguments =
  | { readonly type: "help" }
  | { readonly type: "list" }
  | ({ readonly type: "run" } & RunArguments);

const TEXTS = [
  ...PRESET_FLAGS,
  "against",
  "out",
  "set",
  "seed",
  "workers",
  "max-lag-ms",
  "page-port",
  "scrape-wait-ms",
] as const;
const SWITCHES = [
  "print",
  "list",
  "no-reports",
  "no-page",
  "quiet",
  "json",
  "help",
] as const;
const NAMES: readonly string[] = [...TEXTS, ...SWITCHES].map((name) =>
  `--${name}`
);

/**
 * Parses the arguments.
 *
 * @param presets The names of the presets.
 * @throws {LoadUsageError} if the arguments are not valid.
 */
export function readArguments(
  args: readonly string[],
  presets: readonly string[],
): LoadArguments {
  const { own, sets } = takeSets(args);
  const flags = parseArgs(own, {
    boolean: SWITCHES,
    string: [...TEXTS, "_"],
    alias: { h: "help" },
  });
  if (flags.help) return { type: "help" };
  refuseUnknown(flags);
  for (const name of TEXTS) {
    if (flags[name] === "") throw new LoadUsageError(missing(name));
  }
  if (flags.list) return { type: "list" };
  if (flags["no-reports"] && flags.out !== undefined) {
    throw new LoadUsageError(
      "Cannot run a load test: --out and --no-reports are both given, choose one",
    );
  }
  const [scenario, ...rest] = flags._.map(String);
  if (scenario === undefined) {
    throw new LoadUsageError(
      "Cannot run a load test: the scenario is missing, name a file or a preset of --list",
    );
  }
  if (rest.length > 0) {
    throw new LoadUsageError(
      `Cannot run a load test: ${
        JSON.stringify(rest[0])
      } follows the scenario, a run takes one scenario only`,
    );
  }
  const { seed } = flags;
  const source = sourceOf(scenario, presets);
  return {
    type: "run",
    source,
    preset: presetSettings(flags, source.type),
    overrides: [
      ...sets.map(readSet),
      ...seed === undefined
        ? []
        : [{ flag: "--seed", path: ["seed"], value: number("seed", seed) }],
    ],
    out: flags.out,
    against: flags.against,
    reports: !flags["no-reports"],
    workers: workersOf(flags.workers ?? "1"),
    maxLagMs: lagOf(flags["max-lag-ms"]),
    print: flags.print,
    pagePort: flags["no-page"] ? undefined : portOf(flags["page-port"] ?? "0"),
    scrapeWaitMs: waitOf(flags["scrape-wait-ms"]),
    quiet: flags.quiet,
    json: flags.json,
  };
}

/**
 * Takes out `--set`, which can be repeated and whose value may start with a
 * dash.
 */
function takeSets(
  args: readonly string[],
): { readonly own: string[]; readonly sets: string[] } {
  const own: string[] = [];
  const sets: string[] = [];
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? "";
    if (arg === "--set") sets.push(args[++index] ?? "");
    else if (arg.startsWith("--set=")) sets.push(arg.slice("--set=".length));
    else own.push(arg);
  }
  return { own, sets };
}

function refuseUnknown(flags: Readonly<Record<string, unknown>>): void {
  for (const name of Object.keys(flags)) {
    const flag = name.length === 1 ? `-${name}` : `--${name}`;
    if (name === "_" || flag === "-h" || NAMES.includes(flag)) continue;
    // `parseArgs` reads "--no-NAME" as NAME being false.
    const given = flags[name] === false ? `--no-${name}` : flag;
    const meant = closestName(given, NAMES);
    throw new LoadUsageError(
      `Cannot run a load test: ${given} is not an option${
        meant === undefined ? "" : `, did you mean ${meant}?`
      }`,
    );
  }
}

function missing(name: string): string {
  return `Cannot run a load test: --${name} needs a value`;
}

function readSet(text: string): Override {
  const at = text.indexOf("=");
  const path = at < 0 ? [] : text.slice(0, at).split(".");
  if (path.length === 0 || path.includes("")) {
    throw new LoadUsageError(
      `Cannot run a load test: --set is ${
        JSON.stringify(text)
      }, it must be like load.users=50`,
    );
  }
  return { flag: `--set ${text}`, path, value: valueOf(text.slice(at + 1)) };
}

/** Reads a value as JSON, or as text if it is not JSON. */
function valueOf(text: string): JsonValue {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function workersOf(text: string): number {
  const workers = number("workers", text);
  if (workers >= 1 && workers <= MAX_WORKERS) return workers;
  throw new LoadUsageError(
    `Cannot run a load test: --workers is ${workers}, it must be from 1 to ${MAX_WORKERS}`,
  );
}

function lagOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = time("max-lag-ms", text);
  if (ms >= 1) return ms;
  throw new LoadUsageError(
    `Cannot run a load test: --max-lag-ms is ${ms}, it must be at least 1`,
  );
}

function waitOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = time("scrape-wait-ms", text);
  if (ms >= 0 && ms <= 3_600_000) return ms;
  throw new LoadUsageError(
    `Cannot run a load test: --scrape-wait-ms is ${ms}, it must be from 0 to 3600000`,
  );
}

function portOf(text: string): number {
  const port = number("page-port", text);
  if (port >= 0 && port <= 65_535) return port;
  throw new LoadUsageError(
    `Cannot run a load test: --page-port is ${port}, it must be from 0 to 65535`,
  );
}

function sourceOf(
  scenario: string,
  presets: readonly string[],
): ScenarioSource {
  if (presets.includes(scenario)) return { type: "preset", name: scenario };
  if (/\.(ya?ml|json)$/i.test(scenario)) {
    return { type: "file", path: scenario };
  }
  const meant = closestName(scenario, presets);
  throw new LoadUsageError(
    `Cannot run ${
      JSON.stringify(scenario)
    }: it is neither a preset nor a file that ends in .yaml, .yml or .json${
      meant === undefined ? "" : `, did you mean ${meant}?`
    }`,
  );
}
