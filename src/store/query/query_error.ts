/**
 * The error of a query that cannot be asked.
 *
 * @module
 */
import { StoreError } from "../errors.ts";

/** The part of a query that an error is about. */
export type QueryPart =
  | "filter"
  | "sort"
  | "fields"
  | "expand"
  | "after"
  | "limit"
  | "aggregate";

/** Why a query cannot be asked. */
export type QueryErrorCode =
  | "syntax"
  | "unknown_field"
  | "wrong_type"
  | "unsupported"
  | "limit"
  | "missing_parameter"
  | "stale_cursor";

/** What a {@linkcode QueryError} knows beside its message. */
export interface QueryErrorDetails {
  /** The part of the query that is wrong. */
  readonly part: QueryPart;
  /** Why it is wrong. */
  readonly code: QueryErrorCode;
  /** What was found, as it was written. */
  readonly found: string;
  /** What is expected in its place. */
  readonly expected: string;
  /** Where it stands in its text, in UTF-16 units from 0, if it has a text. */
  readonly position?: number | undefined;
  /** The name that was probably meant. */
  readonly closest?: string | undefined;
}

/**
 * A query cannot be asked as it is written: its text does not parse, a field is
 * not known, a value has the wrong type, or it is larger than allowed.
 */
export class QueryError extends StoreError {
  /** The part of the query that is wrong. */
  readonly part: QueryPart;
  /** Why it is wrong. */
  readonly code: QueryErrorCode;
  /** What was found, as it was written. */
  readonly found: string;
  /** What is expected in its place. */
  readonly expected: string;
  /** Where it stands in its text, in UTF-16 units from 0, if it has a text. */
  readonly position: number | undefined;
  /** The name that was probably meant. */
  readonly closest: string | undefined;

  /** Makes the error of a part, with a message that says all of it. */
  constructor(details: QueryErrorDetails) {
    const { part, code, found, expected, position, closest } = details;
    super(
      `Cannot use ${part}: ${
        position === undefined ? "it has" : `at ${position} there is`
      } ${found}, it must be ${expected}${
        closest === undefined ? "" : ` (did you mean ${closest}?)`
      }`,
    );
    this.part = part;
    this.code = code;
    this.found = found;
    this.expected = expected;
    this.position = position;
    this.closest = closest;
  }
}
