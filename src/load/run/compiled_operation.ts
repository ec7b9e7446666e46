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
import { type Mask, maskOf, valueOfVariable } from "../scenario/environment.ts";
import { filledIssues } from "../scenario/filled_requests.ts";
import type { Operation, Scenario } from "../scenario/scenario.ts";
import { knownIn } from "../scenario/scenario_references.ts";
import {
  compileRequest,
  type RequestTemplate,
} from "../scenario/substitution.ts";
import {
  IterationValues,
  takeRecord,
  type ValueSources,
} from "./iteration_values.ts";

/** One operation, ready to be performed. */
export interface CompiledOperation {
  readonly name: string;
  readonly driver: Driver;
  readonly timeoutMs: number;
  readonly checker: Checker | undefined;
  readonly recorder: OperationRecorder;
  /** The request, if it is always the same. */
  readonly constant: JsonObject | undefined;
  /**
   * Returns the request of an iteration of a user, with its values filled in.
   *
   * @throws {FeederExhaustedError} if a feeder has no records left.
   */
  request(user: number, iteration: number): JsonObject;
}

/** The outputs of the target, by name. */
type Outputs = { readonly [name: string]: string };

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
  outputs: Outputs,
  share: Share = ALL,
): CompiledOperation[] {
  const { seed = 1, load } = scenario;
  const sources: ValueSources = {
    seed,
    isOpen: load.model === "open",
    feeders: new Map(
      Object.entries(scenario.feeders ?? {}).map(([name, feeder]) => [
        name,
        new RecordSource(name, feeder, seed, share),
      ]),
    ),
  };
  const known = knownIn(scenario);
  const constants = { outputs, variable: valueOfVariable };
  const mask = maskOf(scenario);
  const compiled = scenario.operations.map((operation) => {
    const driver = driverOf(operation, drivers);
    const template = compileRequest(operation.request, known, constants);
    return compileOperation(operation, driver, template, sources, mask);
  });
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
  template: RequestTemplate,
  sources: ValueSources,
  mask: Mask,
): CompiledOperation {
  const { constant, onlyFeeder } = template;
  /** If nothing else is filled in, each record is filled in once. */
  const known = new WeakMap<JsonObject, JsonObject>();
  return {
    name: operation.name,
    driver,
    timeoutMs: operation.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    checker: compileChecks(operation.checks ?? []),
    recorder: new OperationRecorder(operation.name, mask),
    constant,
    request(user, iteration) {
      if (constant !== undefined) return constant;
      if (onlyFeeder === undefined) {
        return template.fill(new IterationValues(sources, user, iteration));
      }
      const record = takeRecord(sources, onlyFeeder, user);
      const filled = known.get(record);
      if (filled !== undefined) return filled;
      const values = new IterationValues(sources, user, iteration);
      values.use(onlyFeeder, record);
      const request = template.fill(values);
      known.set(record, request);
      return request;
    },
  };
}

/** Has the drivers validate requests with the first values filled in. */
function validateRequests(
  scenario: Scenario,
  drivers: DriverMap,
  outputs: Outputs,
): void {
  const issues = scenario.operations.flatMap((operation, index) => {
    const driver = driverOf(operation, drivers);
    return filledIssues(operation.request, driver, scenario, outputs).map(
      (issue) => {
        const path = ["operations", index, "request", ...issue.path];
        return { path, message: `${formatPath(path)} ${issue.message}` };
      },
    );
  });
  if (issues.length > 0) throw new ScenarioError(issues);
}
