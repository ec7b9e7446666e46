/**
 * What the output of `deno test` says about its tests.
 *
 * @module
 */

import { stripVTControlCharacters } from "node:util";

/** Something that failed. */
export interface Failure {
  /** The name of a test, or a sentence about what went wrong outside of tests. */
  readonly what: string;
  /** The command that runs just that. */
  readonly command: string;
}

/** What became of tests. */
export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly ignored: number;
  readonly failures: readonly Failure[];
}

/** `FAILED | 12 passed (3 steps) | 1 failed | 2 ignored (1s)` */
const SUMMARY =
  /^(?:ok|FAILED) \| (\d+) passed(?: \(.*?\))? \| (\d+) failed(?: \(.*?\))?(?: \| (\d+) ignored)?/gm;
/** `the name of a test ... its step => ./tests/stats/bca_test.ts:12:6` */
const FAILED_TEST = /^(.+?)(?: \.\.\. .*)? => \.\/(\S+):\d+:\d+$/;

/** Reads what `deno test` wrote, in colour or not, about the tests at a path. */
export function readOutcome(
  path: string,
  output: string,
  isSuccess: boolean,
  task: string,
): Outcome {
  const plain = stripVTControlCharacters(output);
  const [, passed = 0, failed = 0, ignored] =
    [...plain.matchAll(SUMMARY)].at(-1)?.map(Number) ?? [];
  const [, list = ""] = plain.split("\n FAILURES \n");
  const failures = list.split("\n").flatMap((line): Failure[] => {
    const [, test, file] = line.match(FAILED_TEST) ?? [];
    if (test === undefined) return [];
    const filter = `--filter ${quoted(test)}`;
    return [{ what: test, command: `deno task ${task} ${file} ${filter}` }];
  });
  const isBroken = list.includes("(uncaught error)") ||
    !isSuccess && failures.length === 0;
  if (isBroken) {
    failures.push({
      what: `${path} broke off: see the error above`,
      command: `deno task ${task} ${path}`,
    });
  }
  return {
    passed,
    failed: isBroken ? Math.max(failed, 1) : failed,
    ignored: ignored || 0,
    failures,
  };
}

/** Adds up what became of all parts. */
export function sumOf(outcomes: readonly Outcome[]): Outcome {
  const sum = (of: "passed" | "failed" | "ignored") =>
    outcomes.reduce((total, outcome) => total + outcome[of], 0);
  return {
    passed: sum("passed"),
    failed: sum("failed"),
    ignored: sum("ignored"),
    failures: outcomes.flatMap(({ failures }) => failures),
  };
}

/** What failed, how to run just that, and a last line like that of Deno. */
export function outcomeToText(
  { passed, failed, ignored, failures }: Outcome,
  seconds: number,
): string {
  const list = failures.map(({ what, command }) => `${what}\n  ${command}\n`);
  if (list.length > 0) list.unshift("What failed, and how to run just that:\n");
  const verdict = failed === 0 ? "ok" : "FAILED";
  const others = ignored === 0 ? "" : ` | ${ignored} ignored`;
  const [minutes, rest] = [Math.floor(seconds / 60), Math.floor(seconds % 60)];
  const time = minutes === 0 ? `${rest}s` : `${minutes}m${rest}s`;
  return [
    ...list,
    `${verdict} | ${passed} passed | ${failed} failed${others} (${time})`,
  ].join("\n");
}

/** A text as one argument on a command line. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
