/**
 * The command line of the side-by-side comparisons: `deno task ratios`. What
 * the numbers mean stands in `harness.ts` and in {@linkcode HELP}.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { all } from "./all.ts";
import { compare, type Entry, Skipped } from "./harness.ts";
import { type Row, rowNames } from "./rows.ts";
import { tableHeader, tableRow } from "./table.ts";

const HELP = `\
Measures Troupe beside its baselines, interleaved in one run.

  deno task ratios [--json] [--rounds N] [--help] [PREFIX]

  PREFIX      only rows whose name begins so, such as "tcp/" or "actor/ask"
  --rounds N  rounds that count, in place of each comparison's own number
  --json      one JSON object a line on stdout, and nothing else there:
              {"name","ours","baseline","ratio","unit","rounds","spread"}

ratio     median of the rounds' own ratios: ours / baseline for a time or a
          size, baseline / ours for a rate. Smaller is better, 1 is a draw.
spread    interquartile range of those ratios.
ours      median over the rounds, as is baseline.
unit      ns, us, ms, bytes (lower is better); MB/s, ops/s (higher is better).

Every round measures every contestant once, in turning order (A B, B A …). After
three rounds all is set up anew, and two more warm up that are not counted. Where
there are several peers, the row without a peer's name is against the fastest of
them in this run.

Where the congestion control of the machine is BBR (see "sysctl
net.ipv4.tcp_congestion_control"), large echoes have two states, raw ones as
well: bench/own_loopback.sh runs this over sockets with another one.

Exit code: 0, 1 if a comparison failed (the others still run), 2 for bad usage.`;

/** Where the command line writes; a test puts its own in. */
export interface Output {
  /** A line of results. */
  out(line: string): void;
  /** A line for a human: usage errors, failures. */
  err(line: string): void;
  /** A line that the next one overwrites, or nothing where none is wanted. */
  progress?(text: string): void;
}

/**
 * Runs the command line on a list of comparisons.
 *
 * @returns The exit code.
 */
export async function main(
  args: readonly string[],
  entries: readonly Entry[],
  output: Output,
): Promise<number> {
  let options: Options;
  try {
    options = parse(args);
  } catch (error) {
    output.err(`${messageOf(error)}\nSee deno task ratios --help`);
    return 2;
  }
  const { prefix, json, rounds } = options;
  const names = entries.flatMap(rowNames);
  const isWanted = (name: string) => name.startsWith(prefix);
  const wanted = names.filter(isWanted);
  if (options.help) {
    output.out([`${HELP}\n\nComparisons:`, ...names].join("\n  "));
    return 0;
  }
  if (prefix !== "" && wanted.length === 0) {
    output.err(
      [`Cannot compare: no name begins with "${prefix}". There are:`, ...names]
        .join("\n  "),
    );
    return 2;
  }

  const nameWidth = Math.max(4, ...wanted.map((name) => name.length));
  const print = (row: Row) =>
    output.out(json ? JSON.stringify(row) : tableRow(row, nameWidth));
  if (!json) output.out(tableHeader(nameWidth));
  let exitCode = 0;
  for (const entry of entries) {
    if (!rowNames(entry).some(isWanted)) continue;
    output.progress?.(entry.name);
    try {
      const onRound = (done: number, total: number) =>
        output.progress?.(`${entry.name} round ${done} of ${total}`);
      const rows = await untilCrash(() => compare(entry, { rounds, onRound }));
      output.progress?.("");
      rows.filter((row) => isWanted(row.name)).forEach(print);
    } catch (error) {
      output.progress?.("");
      if (error instanceof Skipped) {
        output.err(`Skipped ${entry.name}: ${error.message}`);
        continue;
      }
      const detail = error instanceof Error ? error.stack : String(error);
      output.err(`Cannot finish ${entry.name}: ${detail}`);
      exitCode = 1;
    }
  }
  return exitCode;
}

interface Options {
  readonly prefix: string;
  readonly json: boolean;
  readonly help: boolean;
  readonly rounds: number | undefined;
}

function parse(args: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
      rounds: { type: "string" },
    },
  });
  if (positionals.length > 1) {
    throw new TypeError(`Cannot take more than one PREFIX: ${positionals}`);
  }
  const { rounds, json, help } = values;
  if (rounds !== undefined && !/^[1-9]\d{0,5}$/.test(rounds)) {
    throw new RangeError(
      `Cannot run: --rounds is "${rounds}", not a whole number from 1`,
    );
  }
  return {
    prefix: positionals[0] ?? "",
    json,
    help,
    rounds: rounds === undefined ? undefined : Number(rounds),
  };
}

/**
 * Runs a comparison, and fails it if anything that it left running in the
 * background throws: that would end the process, and the comparisons that are
 * still to come with it.
 */
async function untilCrash<T>(run: () => Promise<T>): Promise<T> {
  const crash = Promise.withResolvers<never>();
  const onRejection = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    crash.reject(event.reason);
  };
  const onError = (event: ErrorEvent) => {
    event.preventDefault();
    crash.reject(event.error);
  };
  globalThis.addEventListener("unhandledrejection", onRejection);
  globalThis.addEventListener("error", onError);
  try {
    return await Promise.race([run(), crash.promise]);
  } finally {
    globalThis.removeEventListener("unhandledrejection", onRejection);
    globalThis.removeEventListener("error", onError);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Runs the command line of this process, and ends it with its exit code. */
export async function runCommandLine(
  entries: readonly Entry[],
): Promise<never> {
  const encoder = new TextEncoder();
  const show = (text: string) =>
    Deno.stderr.writeSync(encoder.encode(`\r\x1b[2K${text}`));
  const exitCode = await main(Deno.args, entries, {
    out: (line) => console.log(line),
    err: (line) => console.error(line),
    ...(Deno.stderr.isTerminal() ? { progress: show } : {}),
  });
  // Exits rather than returns: a comparison that failed may have left a socket
  // open that would keep the process alive.
  Deno.exit(exitCode);
}

if (import.meta.main) await runCommandLine(all);
