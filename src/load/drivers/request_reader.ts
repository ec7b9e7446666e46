/**
 * Requests of operations, as a driver needs them.
 *
 * @module
 */
import { checkRule } from "../scenario/check_rule.ts";
import type { DriverIssue, OperationCall } from "../driver.ts";
import type { ObjectRule } from "../scenario/rule.ts";
import type { JsonObject } from "../../codec/mod.ts";
import { formatPath } from "../scenario/scenario_error.ts";
import { DriverError } from "./driver_error.ts";

/** Compares requests with a rule, and prepares what is the same each time. */
export class RequestReader<Request extends object, Prepared> {
  readonly #rule: ObjectRule;
  readonly #prepare: (request: Request) => Prepared;
  /** Many come again: those without records, and those of a few records. */
  readonly #prepared = new WeakMap<JsonObject, Prepared>();

  /** Of requests that are as `rule` says; `prepare` does what is costly. */
  constructor(rule: ObjectRule, prepare: (request: Request) => Prepared) {
    this.#rule = rule;
    this.#prepare = prepare;
  }

  /** What is wrong with a request, in which `${…}` may stand for anything. */
  validate(request: JsonObject): readonly DriverIssue[] {
    return checkRule(this.#rule, request, { templates: true });
  }

  /**
   * The request of a call, prepared.
   *
   * @throws {DriverError} if it is not as it must be, with what was filled in.
   */
  of({ operation, request }: OperationCall): Prepared {
    const known = this.#prepared.get(request);
    if (known !== undefined) return known;
    const issues = checkRule(this.#rule, request);
    const [issue] = issues;
    if (!isRequest<Request>(request, issues)) {
      throw new DriverError(
        `Cannot do ${operation}: ${
          formatPath(["request", ...issue?.path ?? []])
        } ${issue?.message}`,
      );
    }
    const prepared = this.#prepare(request);
    this.#prepared.set(request, prepared);
    return prepared;
  }
}

/** By what the rule has found. */
function isRequest<Request extends object>(
  _request: object,
  issues: readonly DriverIssue[],
): _request is Request {
  return issues.length === 0;
}
