/**
 * Operations as they are done: all that can be decided before a run is.
 *
 * @module
 */
import { type Checker, compileChecks } from "./checks.ts";
import type { Driver, DriverMap } from "../driver.ts";
import { RecordSource } from "./feeders.ts";
import { LoadTestError } from "../load_errors.ts";
import { OperationRecorder } from "./operation_recorder.ts";
import { DEFAULT_TIMEOUT_MS } from "./phases.ts";
import { formatPath, ScenarioError } from "../scenario/scenario_error.ts";
import type { JsonObject } from "../../codec/mod.ts";
import type { Operation, Scenario } from "../scenario/scenario.ts";
import { compileRequest, fillTarget } from "../scenario/substitution.ts";

/** One operation of a run. */
export interface CompiledOperation {
  readonly name: string;
  readonly driver: Driver;
  readonly timeoutMs: number;
  readonly checker: Checker | undefined;
  readonly recorder: OperationRecorder;
  /** The request, if it is always the same. */
  readonly constant: JsonObject | undefined;
  /**
   * The request of the next one, with records of feeders.
   *
   * @throws {FeederExhaustedError} when a feeder has no more.
   */
  request(): JsonObject;
}

/**
 * Finds the drivers, and takes requests and checks apart.
 *
 * @throws {LoadTestError} when a driver, a feeder or a value of the target is
 * named that there is none of.
 * @throws {ScenarioError} when a driver refuses a request.
 */
export function compileOperations(
  scenario: Scenario,
  drivers: DriverMap,
  target: { readonly [name: string]: string },
): CompiledOperation[] {
  const seed = scenario.seed ?? 1;
  const sources = new Map(
    Object.entries(scenario.feeders ?? {}).map(([name, feeder]) => [
      name,
      new RecordSource(name, feeder, seed),
    ]),
  );
  const compiled = scenario.operations.map((operation) =>
    compileOperation(operation, driverOf(operation, drivers), sources, target)
  );
  validateRequests(scenario, drivers, target);
  return compiled;
}

function driverOf(
  { name, driver }: Operation,
  drivers: DriverMap,
): Driver {
  const found = Object.hasOwn(drivers, driver) ? drivers[driver] : undefined;
  if (found !== undefined) return found;
  throw new LoadTestError(
    `Cannot do ${JSON.stringify(name)}: there is no driver ${
      JSON.stringify(driver)
    }`,
  );
}

function compileOperation(
  operation: Operation,
  driver: Driver,
  sources: ReadonlyMap<string, RecordSource>,
  target: { readonly [name: string]: string },
): CompiledOperation {
  const request = fillTarget(operation.request, target);
  const template = compileRequest(request, [...sources.keys()]);
  const [feeder, ...others] = template.feeders;
  const take = (name: string) => sources.get(name)?.take() ?? {};
  /** With one feeder alone, each record is filled in once. */
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

/** Asks the drivers, with the first records of the feeders filled in. */
function validateRequests(
  { operations, feeders = {} }: Scenario,
  drivers: DriverMap,
  target: { readonly [name: string]: string },
): void {
  const first = new Map(
    Object.entries(feeders).flatMap(([name, { records: [record] }]) =>
      record === undefined ? [] : [[name, record]]
    ),
  );
  const issues = operations.flatMap((operation, index) => {
    const request = fillTarget(operation.request, target);
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
