/**
 * Parses the arguments of `deno task compare`.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { parseMetric } from "./metric.ts";
import { readSeconds } from "./seconds.ts";
import { type MeasureOptions, resolveOptions } from "./settings.ts";

/** The usage text of the command line. */
export const HELP = `\
Compares two revisions or two commands, and tells a regression from noise.

  deno task compare [options] [REV_A [REV_B]] -- COMMAND [ARGUMENT…]
  deno task compare [options] --a "COMMAND" --b "COMMAND"

By default REV_A is HEAD and REV_B the working tree. Each revision is checked
out into a temporary work tree, in which COMMAND runs. The commands of --a and
--b run in a shell.

  --metric NAME        wall (seconds, the default), cpu (seconds, user and
                       system), or a field of the JSON object in the last line
                       of the output, such as latency.p99. Append :higher if
                       higher is better. May be repeated.
  --difference PERCENT smallest difference of interest (1); smaller ones pass
  --budget-seconds N   time for the whole comparison (600); a number of seconds,
                       or a time such as 90s, 10m or 1h30m
  --max-pairs N        maximum number of pairs of A and B (200)
  --noise-pairs N      pairs of A with itself, for the noise (20)
  --alpha P            probability of a false alarm over all metrics (0.05)
  --power P            probability of detecting the difference (0.8)
  --run-timeout-seconds N   time limit of one run (600), like --budget-seconds
  --seed N             seed of the order of runs and of the intervals (1)
  --json               print the report as JSON
  --help               print this text

Both commands run once to warm up. Then A runs in pairs with itself, to estimate
the noise, and from the noise follows the number of pairs before the comparison
starts. Each run is a fresh process; pairs are interleaved, A B B A or B A A B
at random. The change from A to B is a Hodges-Lehmann estimate with a BCa
bootstrap interval; every claim must also pass Wilcoxon's signed-rank test, with
Holm's correction over the metrics. If the budget is too small for the
difference, the report has the smallest difference that could be detected, and
claims nothing smaller.

Exit code: 0 pass (no difference as large as the one of interest), 1 regressed,
3 inconclusive, 4 improved; 2 wrong usage, 5 a run, git or the comparison
itself failed, 130 after Ctrl-C.`;

/** The two things to compare. */
export type Subject =
  | {
    readonly type: "revisions";
    readonly a: string;
    /** A revision; `undefined` for the working tree. */
    readonly b: string | undefined;
    readonly command: readonly [program: string, ...args: string[]];
  }
  | { readonly type: "commands"; readonly a: string; readonly b: string };

/** The parsed arguments. */
export interface CompareArguments {
  /** The two things to compare. */
  readonly subject: Subject;
  /** How to measure and judge them. */
  readonly options: MeasureOptions;
  /** Whether to print the report as JSON. */
  readonly json: boolean;
}

const NUMBERS = {
  difference: "difference",
  "budget-seconds": "budgetSeconds",
  "max-pairs": "maxPairs",
  "noise-pairs": "noisePairs",
  alpha: "alpha",
  power: "power",
  "run-timeout-seconds": "runTimeoutMs",
  seed: "seed",
} as const;

/** Factors from the units of the command line to those of the options. */
const SCALES: Record<string, number> = {
  difference: 0.01,
  "run-timeout-seconds": 1000,
};

/**
 * Parses the arguments; returns `undefined` if they ask for help.
 *
 * @throws {TypeError | RangeError} if they are not valid.
 */
export function parseArguments(
  args: readonly string[],
): CompareArguments | undefined {
  const end = args.indexOf("--");
  const own = end === -1 ? args : args.slice(0, end);
  const command = end === -1 ? [] : args.slice(end + 1);
  const string = { type: "string" } as const;
  const { values, positionals } = parseArgs({
    args: [...own],
    allowPositionals: true,
    options: {
      a: string,
      b: string,
      metric: { type: "string", multiple: true },
      difference: string,
      "budget-seconds": string,
      "max-pairs": string,
      "noise-pairs": string,
      alpha: string,
      power: string,
      "run-timeout-seconds": string,
      seed: string,
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return undefined;
  const numbers = Object.entries(NUMBERS).flatMap(([flag, option]) => {
    const text = values[flag as keyof typeof NUMBERS];
    return text === undefined ? [] : [[option, readNumber(flag, text)]];
  });
  const options: MeasureOptions = {
    ...Object.fromEntries(numbers),
    ...values.metric && { metrics: values.metric.map(parseMetric) },
  };
  resolveOptions(options);
  return {
    subject: readSubject(values.a, values.b, positionals, command),
    options,
    json: values.json,
  };
}

function readNumber(flag: string, text: string): number {
  const isTime = flag.endsWith("-seconds");
  const number = isTime
    ? readSeconds(text) ?? NaN
    : text.trim() === ""
    ? NaN
    : Number(text);
  if (Number.isFinite(number)) return number * (SCALES[flag] ?? 1);
  throw new TypeError(
    `Cannot use --${flag}: it is "${text}", it must be a number${
      isTime ? " of seconds, or a time such as 90s, 10m or 1h30m" : ""
    }`,
  );
}

function readSubject(
  a: string | undefined,
  b: string | undefined,
  revisions: readonly string[],
  [program, ...rest]: readonly string[],
): Subject {
  if (a !== undefined && b !== undefined) {
    if (revisions.length > 0 || program !== undefined) {
      throw new TypeError(
        "Cannot compare: there are --a and --b as well as revisions or a command, pass one kind",
      );
    }
    return { type: "commands", a, b };
  }
  if (a !== undefined || b !== undefined) {
    throw new TypeError(
      `Cannot compare: --${a === undefined ? "a" : "b"} is missing, pass both`,
    );
  }
  if (program === undefined) {
    throw new TypeError(
      "Cannot compare: there is no command, pass one after --",
    );
  }
  if (revisions.length > 2) {
    throw new TypeError(
      `Cannot compare: there are ${revisions.length} revisions, pass two at most`,
    );
  }
  return {
    type: "revisions",
    a: revisions[0] ?? "HEAD",
    b: revisions[1],
    command: [program, ...rest],
  };
}
