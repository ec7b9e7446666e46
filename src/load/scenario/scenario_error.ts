/**
 * The error of scenarios that are not valid.
 *
 * @module
 */
import { TroupeError } from "../../actor/mod.ts";

/** A problem of a scenario: an error or a warning. */
export interface ScenarioIssue {
  /**
   * The path to the problem, such as `["load", "users"]`; empty for the whole.
   */
  readonly path: readonly (string | number)[];
  /** A sentence that names the path and says what to do. */
  readonly message: string;
  /** The name that was probably meant, if one is similar. */
  readonly suggestion?: string;
  /** The line in the text, from 1 on, if the scenario was parsed. */
  readonly line?: number;
  /** The column in the line, from 1 on, if the scenario was parsed. */
  readonly column?: number;
}

/** A scenario that is not valid; the message lists all problems. */
export class ScenarioError extends TroupeError {
  /** All problems of the scenario. */
  readonly issues: readonly ScenarioIssue[];

  /**
   * Creates an error that lists the issues, one per line. Lines and columns
   * follow the name `source` of the text, by default `scenario`.
   *
   * @param options May be left out; each option has its default.
   */
  constructor(
    issues: readonly ScenarioIssue[],
    options: ErrorOptions & { readonly source?: string } = {},
  ) {
    const { source = "scenario" } = options;
    const lines = issues.map(({ line, column, message }) =>
      line === undefined ? message : `${source}:${line}:${column}: ${message}`
    );
    super(`Cannot use the scenario:\n${lines.join("\n")}`, options);
    this.issues = issues;
  }
}

/** Formats a path, such as `operations[0].request.url`. */
export function formatPath(path: readonly (string | number)[]): string {
  return path.map((part, index) => {
    if (typeof part === "number") return `[${part}]`;
    if (!/^[\w-]+$/.test(part)) return `[${JSON.stringify(part)}]`;
    return index === 0 ? part : `.${part}`;
  }).join("");
}
