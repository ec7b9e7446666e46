/**
 * The arguments of `deno task compare`.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { parseMetric } from "./metric.ts";
import { type MeasureOptions, resolveOptions } from "./settings.ts";

/** What the command line says of itself. */
export const HELP = `\
Compares two revisions, or two commands, and tells a regression from noise.

  deno task compare [options] [REV_A [REV_B]] -- COMMAND [ARGUMENT…]
  deno task compare [options] --a "COMMAND" --b "COMMAND"

REV_A is HEAD and REV_B the working tree where they are left out. Each revision
is checked out into a temporary work tree, and COMMAND runs in it. The commands
of --a and --b run in a shell.

  --metric NAME        wall (seconds, the default), cpu (seconds, user and
                       system), or a field of the JSON object that is the last
                       line of the output, such as latency.p99; with :higher
                       behind it where higher is better. May be given again.
  --difference PERCENT the difference to see (1); smaller ones pass
  --budget-seconds N   time for everything (600)
  --max-pairs N        pairs of A and B at most (200)
  --noise-pairs N      pairs of A with itself, for the noise (20)
  --alpha P            chance of a false alarm over all metrics (0.05)
  --power P            chance to see the difference (0.8)
  --run-timeout-seconds N   limit of one run (600)
  --seed N             of the order of runs and of the intervals (1)
  --json               the report as JSON on stdout
  --help               this

Both run once to warm up. Then A runs against itself, which gives the noise and
from it, before the comparison begins, the number of pairs. Each run is a fresh
process; pairs are interleaved, A B B A or B A A B at random. The change of B
against A is a Hodges-Lehmann estimate with a BCa bootstrap interval; every
claim must hold in Wilcoxon's signed-rank test too, with Holm's correction over
the metrics. Where the budget is too small for the difference, the report says
the smallest one that could be seen, and claims nothing smaller.

Exit code: 0 pass (no difference as large as the one looked for), 1 regressed,
3 inconclusive, 4 improved; 2 bad usage, 5 a run, git or the comparison
itself failed, 130 after Ctrl-C.`;

/** What is to be compared. */
export type Subject =
  | {
    readonly type: "revisions";
    readonly a: string;
    /** The working tree where it is left out. */
    readonly b: string | undefined;
    readonly command: readonly [program: string, ...args: string[]];
  }
  | { readonly type: "commands"; readonly a: string; readonly b: string };

/** What the arguments ask for. */
export interface CompareArguments {
  /** What is compared. */
  readonly subject: Subject;
  /** How. */
  readonly options: MeasureOptions;
  /** Whether the report is to be JSON. */
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

/** From what the command line has to what the options have. */
const SCALES: Record<string, number> = {
  difference: 0.01,
  "run-timeout-seconds": 1000,
};

/**
 * Reads the arguments.
 *
 * @returns Nothing where help is wanted.
 * @throws {TypeError | RangeError} when they cannot be understood.
 */
export function readArguments(
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
  const number = text.trim() === "" ? NaN : Number(text);
  if (Number.isFinite(number)) return number * (SCALES[flag] ?? 1);
  throw new TypeError(`Cannot compare: --${flag} is "${text}", not a number`);
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
        "Cannot compare: there are --a and --b, and revisions or a command too; give one kind",
      );
    }
    return { type: "commands", a, b };
  }
  if (a !== undefined || b !== undefined) {
    throw new TypeError(
      `Cannot compare: --${a === undefined ? "a" : "b"} is missing`,
    );
  }
  if (program === undefined) {
    throw new TypeError(
      "Cannot compare: there is no command; give one after --",
    );
  }
  if (revisions.length > 2) {
    throw new TypeError(
      `Cannot compare: there are ${revisions.length} revisions, two at most`,
    );
  }
  return {
    type: "revisions",
    a: revisions[0] ?? "HEAD",
    b: revisions[1],
    command: [program, ...rest],
  };
}
