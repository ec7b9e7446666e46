/**
 * What is wrong with a scenario.
 *
 * @module
 */
import { TroupeError } from "../../actor/mod.ts";

/** One thing that is wrong with a scenario, or of which it warns. */
export interface ScenarioIssue {
  /** Where, such as `["load", "users"]`; empty for the scenario as a whole. */
  readonly path: readonly (string | number)[];
  /** A sentence that names the path and says what to do. */
  readonly message: string;
  /** The name that may have been meant. */
  readonly suggestion?: string;
  /** The line in the text it was read from, from 1 on. */
  readonly line?: number;
  /** The column in that line, from 1 on. */
  readonly column?: number;
}

/** Options of a {@linkcode ScenarioError}. */
export interface ScenarioErrorOptions extends ErrorOptions {
  /**
   * What it was read from, named before each line and column.
   * @default {"scenario"}
   */
  readonly source?: string;
}

/** A scenario that cannot be used; its message lists everything. */
export class ScenarioError extends TroupeError {
  /** Everything that is wrong with it. */
  readonly issues: readonly ScenarioIssue[];

  /**
   * An error that lists the issues, one a line.
   */
  constructor(
    issues: readonly ScenarioIssue[],
    options: ScenarioErrorOptions = {},
  ) {
    const { source = "scenario" } = options;
    const lines = issues.map(({ line, column, message }) =>
      line === undefined ? message : `${source}:${line}:${column}: ${message}`
    );
    super(`Cannot use the scenario:\n${lines.join("\n")}`, options);
    this.issues = issues;
  }
}

/** A path in words, such as `operations[0].request.url`. */
export function formatPath(path: readonly (string | number)[]): string {
  return path.map((part, index) => {
    if (typeof part === "number") return `[${part}]`;
    if (!/^[\w-]+$/.test(part)) return `[${JSON.stringify(part)}]`;
    return index === 0 ? part : `.${part}`;
  }).join("");
}
