/**
 * Operations prepared for a run: all that can be decided before it.
 *
 * @module
 */
import { type Checker, compileChecks } from "./checks.ts";
import type { Driver, DriverMap } from "../driver.ts";
import { RecordSource } from "./feeders.ts";
import { LoadTestError } from "../load_errors.ts";
import { ALL, type Share } from "./share.ts";
import { OperationRecorder } from "./operation_recorder.ts";
import { DEFAULT_TIMEOUT_MS } from "./phases.ts";
import { formatPath, ScenarioError } from "../scenario/scenario_error.ts";
import type { JsonObject } from "../../codec/mod.ts";
import type { Operation, Scenario } from "../scenario/scenario.ts";
import { compileRequest, fillTarget } from "../scenario/substitution.ts";

/** One operation, ready to be performed. */
export interface CompiledOperation {
  readonly name: string;
  readonly driver: Driver;
  readonly timeoutMs: number;
  readonly checker: Checker | undefined;
  readonly recorder: OperationRecorder;
  /** The request, if no feeder changes it. */
  readonly constant: JsonObject | undefined;
  /**
   * Returns the next request, with records of feeders filled in.
   *
   * @throws {FeederExhaustedError} if a feeder has no records left.
   */
  request(): JsonObject;
}

/**
 * Finds the drivers, and compiles requests and checks.
 *
 * @param outputs The outputs of the target, by name.
 * @throws {LoadTestError} if an operation names a driver, a feeder or an output
 * of the target that does not exist.
 * @throws {ScenarioError} if a driver refuses a request.
 */
export function compileOperations(
  scenario: Scenario,
  drivers: DriverMap,
  outputs: { readonly [name: string]: string },
  share: Share = ALL,
): CompiledOperation[] {
  const seed = scenario.seed ?? 1;
  const sources = new Map(
    Object.entries(scenario.feeders ?? {}).map(([name, feeder]) => [
      name,
      new RecordSource(name, feeder, seed, share),
    ]),
  );
  const compiled = scenario.operations.map((operation) =>
    compileOperation(operation, driverOf(operation, drivers), sources, outputs)
  );
  validateRequests(scenario, drivers, outputs);
  return compiled;
}

function driverOf(
  { name, driver }: Operation,
  drivers: DriverMap,
): Driver {
  const found = Object.hasOwn(drivers, driver) ? drivers[driver] : undefined;
  if (found !== undefined) return found;
  throw new LoadTestError(
    `Cannot perform ${JSON.stringify(name)}: there is no driver ${
      JSON.stringify(driver)
    }`,
  );
}

function compileOperation(
  operation: Operation,
  driver: Driver,
  sources: ReadonlyMap<string, RecordSource>,
  outputs: { readonly [name: string]: string },
): CompiledOperation {
  const request = fillTarget(operation.request, outputs);
  const template = compileRequest(request, [...sources.keys()]);
  const [feeder, ...others] = template.feeders;
  const take = (name: string) => sources.get(name)?.take() ?? {};
  /** With a single feeder, each record is filled in once. */
  const known = new WeakMap<JsonObject, JsonObject>();
  return {
    name: operation.name,
    driver,
    timeoutMs: operation.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    checker: compileChecks(operation.checks ?? []),
    recorder: new OperationRecorder(operation.name),
    constant: feeder === undefined ? request : undefined,
    request() {
      if (feeder === undefined) return request;
      const record = take(feeder);
      if (others.length > 0) {
        return template.fill(
          new Map([
            [feeder, record],
            ...others.map((name) => [name, take(name)] as const),
          ]),
        );
      }
      const filled = known.get(record) ??
        template.fill(new Map([[feeder, record]]));
      known.set(record, filled);
      return filled;
    },
  };
}

/** Has the drivers validate requests with the first records filled in. */
function validateRequests(
  { operations, feeders = {} }: Scenario,
  drivers: DriverMap,
  outputs: { readonly [name: string]: string },
): void {
  const first = new Map(
    Object.entries(feeders).flatMap(([name, { records: [record] }]) =>
      record === undefined ? [] : [[name, record]]
    ),
  );
  const issues = operations.flatMap((operation, index) => {
    const request = fillTarget(operation.request, outputs);
    const { fill } = compileRequest(request, Object.keys(feeders));
    return driverOf(operation, drivers).validate(fill(first)).map(
      (issue) => {
        const path = ["operations", index, "request", ...issue.path];
        return { path, message: `${formatPath(path)} ${issue.message}` };
      },
    );
  });
  if (issues.length > 0) throw new ScenarioError(issues);
}
