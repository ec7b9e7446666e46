/**
 * Validates requests of operations, and prepares them for a driver.
 *
 * @module
 */
import { checkRule } from "../scenario/check_rule.ts";
import type { DriverIssue, OperationCall } from "../driver.ts";
import { checkRepaired } from "../scenario/repaired_check.ts";
import type { ObjectRule } from "../scenario/rule.ts";
import type { JsonObject } from "../../codec/mod.ts";
import { formatPath } from "../scenario/scenario_error.ts";
import { DriverError } from "./driver_error.ts";
import { fitting } from "./fitting.ts";

/** Fields that stand beside a request, and are given in it by mistake. */
const BESIDE = "the operation, beside its request";
const ELSEWHERE = {
  timeoutMs: BESIDE,
  weight: BESIDE,
  checks: BESIDE,
  tags: BESIDE,
};

/** Validates requests against a rule, and prepares each of them once. */
export class RequestReader<Request extends object, Prepared> {
  readonly #rule: ObjectRule;
  readonly #prepare: (request: Request) => Prepared;
  /** Many requests come again: those without records, or with few records. */
  readonly #prepared = new WeakMap<JsonObject, Prepared>();

  /** Creates a reader; `prepare` does the costly work. */
  constructor(rule: ObjectRule, prepare: (request: Request) => Prepared) {
    this.#rule = { ...rule, elsewhere: ELSEWHERE };
    this.#prepare = prepare;
  }

  /** Returns what is wrong with a request; `${…}` is valid anywhere. */
  validate(request: JsonObject): readonly DriverIssue[] {
    return checkRepaired(() => this.#rule, request, { templates: true }).issues;
  }

  /**
   * Returns the prepared request of a call.
   *
   * @throws {DriverError} if the request is not valid once it is filled in.
   */
  of({ operation, request }: OperationCall): Prepared {
    const known = this.#prepared.get(request);
    if (known !== undefined) return known;
    let filled = request;
    let issues = checkRule(this.#rule, filled);
    if (issues.length > 0) {
      filled = fitting(this.#rule, request);
      issues = checkRule(this.#rule, filled);
    }
    const [issue] = issues;
    if (!isRequest<Request>(filled, issues)) {
      throw new DriverError(
        `Cannot perform ${operation}: ${
          formatPath(["request", ...issue?.path ?? []])
        } ${issue?.message}`,
      );
    }
    const prepared = this.#prepare(filled);
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
