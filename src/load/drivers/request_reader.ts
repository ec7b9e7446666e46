/**
 * Validates requests of operations, and prepares them for a driver.
 *
 * @module
 */
import { checkRule } from "../scenario/check_rule.ts";
import type { DriverIssue, OperationCall } from "../driver.ts";
import type { ObjectRule } from "../scenario/rule.ts";
import type { JsonObject } from "../../codec/mod.ts";
import { formatPath } from "../scenario/scenario_error.ts";
import { DriverError } from "./driver_error.ts";

/** Validates requests against a rule, and prepares each of them once. */
export class RequestReader<Request extends object, Prepared> {
  readonly #rule: ObjectRule;
  readonly #prepare: (request: Request) => Prepared;
  /** Many requests come again: those without records, or with few records. */
  readonly #prepared = new WeakMap<JsonObject, Prepared>();

  /** Creates a reader; `prepare` does the costly work. */
  constructor(rule: ObjectRule, prepare: (request: Request) => Prepared) {
    this.#rule = rule;
    this.#prepare = prepare;
  }

  /** Returns what is wrong with a request; `${…}` is valid anywhere. */
  validate(request: JsonObject): readonly DriverIssue[] {
    return checkRule(this.#rule, request, { templates: true });
  }

  /**
   * Returns the prepared request of a call.
   *
   * @throws {DriverError} if the request is not valid once it is filled in.
   */
  of({ operation, request }: OperationCall): Prepared {
    const known = this.#prepared.get(request);
    if (known !== undefined) return known;
    const issues = checkRule(this.#rule, request);
    const [issue] = issues;
    if (!isRequest<Request>(request, issues)) {
      throw new DriverError(
        `Cannot perform ${operation}: ${
          formatPath(["request", ...issue?.path ?? []])
        } ${issue?.message}`,
      );
    }
    const prepared = this.#prepare(request);
    this.#prepared.set(request, prepared);
    return prepared;
  }
}

/** Narrows the type by what the rule has found. */
function isRequest<Request extends object>(
  _request: object,
  issues: readonly DriverIssue[],
): _request is Request {
  return issues.length === 0;
}
