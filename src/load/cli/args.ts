/**
 * The arguments of the command line.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { closestName } from "../scenario/closest_name.ts";
import { LoadTestError } from "../load_errors.ts";
import type { JsonValue } from "../../codec/mod.ts";
import type { Override } from "./override.ts";

/** What the command line says of itself. */
export const HELP = `\
Runs a load test: a scenario from a file, or a ready one.

  deno task load [options] SCENARIO.yaml   a file: .yaml, .yml or .json
  deno task load [options] NAME            one of those that --list tells

  --out DIR         where the reports go: a directory that is empty, or not
                    there yet (load-results/NAME-TIME)
  --set KEY=VALUE   changes the scenario, such as --set load.users=50 or
                    --set criteria.0.value=20; may be given again
  --seed N          changes the seed of all that is drawn
  --max-lag-ms N    how late one in a hundred operations may begin, or the run
                    is invalid (20)
  --print           prints the scenario as YAML, and runs nothing
  --list            tells the ready scenarios
  --no-page         serves no page with live charts
  --page-port N     the port of that page on 127.0.0.1 (a free one)
  --quiet           tells the verdict alone
  --json            the result as one line of JSON on stdout, all else on stderr
  --help            this

A scenario says what is to be done, by how many, and for how long: see
examples/load. Ctrl-C ends a run early, with its reports; once more, and it
ends at once, without any.

Exit code: 0 passed, 1 a criterion does not hold, 2 the arguments or the
scenario are invalid, 3 the run is invalid (it could not be prepared, the target
ended, or the generator could not keep up), 4 aborted (Ctrl-C, or a criterion
that aborts), 5 the reports could not be written, or this program has failed,
130 ended at once.`;

/** Where the scenario comes from. */
export type ScenarioSource =
  | { readonly type: "file"; readonly path: string }
  | { readonly type: "ready"; readonly name: string };

/** What a run is to be like. */
export interface RunArguments {
  readonly source: ScenarioSource;
  readonly overrides: readonly Override[];
  /** Where the reports go; a new directory if it is left out. */
  readonly out: string | undefined;
  /** Milliseconds that one in a hundred begins may be late by. */
  readonly maxLagMs: number | undefined;
  /** Whether the scenario is only to be printed. */
  readonly print: boolean;
  /** The port of the page, 0 for a free one; none for no page. */
  readonly pagePort: number | undefined;
  readonly quiet: boolean;
  readonly json: boolean;
}

/** What the arguments ask for. */
export type LoadArguments =
  | { readonly type: "help" }
  | { readonly type: "list" }
  | ({ readonly type: "run" } & RunArguments);

/** Arguments that cannot be understood. */
export class LoadUsageError extends LoadTestError {}

const TEXTS = ["out", "set", "seed", "max-lag-ms", "page-port"] as const;
const SWITCHES = [
  "print",
  "list",
  "no-page",
  "quiet",
  "json",
  "help",
] as const;
const NAMES: readonly string[] = [...TEXTS, ...SWITCHES].map((name) =>
  `--${name}`
);

/**
 * Reads the arguments.
 *
 * @param ready The names of ready scenarios.
 * @throws {LoadUsageError} when they cannot be understood.
 */
export function readArguments(
  args: readonly string[],
  ready: readonly string[],
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
  const [scenario, ...rest] = flags._.map(String);
  if (scenario === undefined) {
    throw new LoadUsageError(
      "Cannot run a load test: there is no scenario; name a file, or a ready one of --list",
    );
  }
  if (rest.length > 0) {
    throw new LoadUsageError(
      `Cannot run a load test: there is ${
        JSON.stringify(rest[0])
      } behind the scenario; one run takes one scenario`,
    );
  }
  const { seed } = flags;
  return {
    type: "run",
    source: sourceOf(scenario, ready),
    overrides: [
      ...sets.map(readSet),
      ...seed === undefined
        ? []
        : [{ flag: "--seed", path: ["seed"], value: number("seed", seed) }],
    ],
    out: flags.out,
    maxLagMs: lagOf(flags["max-lag-ms"]),
    print: flags.print,
    pagePort: flags["no-page"] ? undefined : portOf(flags["page-port"] ?? "0"),
    quiet: flags.quiet,
    json: flags.json,
  };
}

/** `--set` may come again, and its value may begin with a dash. */
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
    // What it reads as "--no-NAME" is named after the NAME.
    const given = flags[name] === false ? `--no-${name}` : flag;
    const meant = closestName(given, NAMES);
    throw new LoadUsageError(
      `Cannot run a load test: there is no option ${given}${
        meant === undefined ? "" : `, did you mean ${meant}?`
      }`,
    );
  }
}

function missing(name: string): string {
  return `Cannot run a load test: there is nothing behind --${name}`;
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

/** JSON, or else a text. */
function valueOf(text: string): JsonValue {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function number(name: string, text: string): number {
  const value = text.trim() === "" ? NaN : Number(text);
  if (Number.isSafeInteger(value)) return value;
  throw new LoadUsageError(
    `Cannot run a load test: --${name} is ${
      JSON.stringify(text)
    }, it must be a whole number`,
  );
}

function lagOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = number("max-lag-ms", text);
  if (ms >= 1) return ms;
  throw new LoadUsageError(
    `Cannot run a load test: --max-lag-ms is ${ms}, it must be at least 1`,
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
  ready: readonly string[],
): ScenarioSource {
  if (ready.includes(scenario)) return { type: "ready", name: scenario };
  if (/\.(ya?ml|json)$/i.test(scenario)) {
    return { type: "file", path: scenario };
  }
  const meant = closestName(scenario, ready);
  throw new LoadUsageError(
    `Cannot run ${
      JSON.stringify(scenario)
    }: it is no ready scenario, nor a file that ends in .yaml, .yml or .json${
      meant === undefined ? "" : `; did you mean ${meant}?`
    }`,
  );
}
