/**
 * Operations prepared for a run: all that can be decided before it.
 *
 * @module
 */
import { type Capturer, compileCaptures } from "./captures.ts";
import { type Checker, compileChecks } from "./checks.ts";
import type { Driver, DriverMap } from "../driver.ts";
import { RecordSource } from "./feeders.ts";
import { LoadTestError } from "../load_errors.ts";
import { type FlowPlan, planner } from "./flow_plan.ts";
import { ALL, type Share } from "./share.ts";
import { OperationRecorder } from "./operation_recorder.ts";
import { DEFAULT_TIMEOUT_MS } from "./phases.ts";
import { planStages } from "./stage_plan.ts";
import { formatPath, ScenarioError } from "../scenario/scenario_error.ts";
import type { JsonObject, JsonValue } from "../../codec/mod.ts";
import { checkName } from "../scenario/check_name.ts";
import { maskOf, valueOfVariable } from "../scenario/environment.ts";
import { filledIssues } from "../scenario/filled_requests.ts";
import {
  isFlow,
  onceSteps,
  type PlacedStep,
  placedSteps,
  placeOf,
  requestOf,
  rowsOf,
  userSteps,
  withSetup,
} from "../scenario/placed_steps.ts";
import type { Scenario, Step } from "../scenario/scenario.ts";
import { knownIn } from "../scenario/scenario_references.ts";
import {
  compileRequest,
  type Constants,
  type RequestTemplate,
} from "../scenario/substitution.ts";
import {
  IterationValues,
  takeRecord,
  type ValueSources,
} from "./iteration_values.ts";

/** One request, ready to be performed: an operation, or a step of a flow. */
export interface CompiledStep {
  readonly name: string;
  readonly driver: Driver;
  readonly timeoutMs: number;
  readonly checker: Checker | undefined;
  readonly capturer: Capturer | undefined;
  /** Whether checks or captures read headers or cookies. */
  readonly wantsHeaders: boolean;
  readonly recorder: OperationRecorder;
  /** The request, if it is always the same. */
  readonly constant: JsonObject | undefined;
  /**
   * Returns the request of an iteration of a user, with its values filled in;
   * with those of its flow if they are given.
   *
   * @throws {FeederExhaustedError} if a feeder has no records left.
   */
  request(
    user: number,
    iteration: number,
    values?: IterationValues,
  ): JsonObject;
}

/** What each user performs besides its iterations. */
export interface UserSteps {
  readonly setup: readonly CompiledStep[];
  readonly teardown: readonly CompiledStep[];
}

/** What an iteration performs. */
export interface CompiledOperation {
  readonly name: string;
  readonly recorder: OperationRecorder;
  /** All steps: of an operation it is one, which has its recorder. */
  readonly steps: readonly CompiledStep[];
  /** The recorders of groups and steps, in the order of their rows. */
  readonly parts: readonly OperationRecorder[];
  readonly isFlow: boolean;
  /** What each user performs before its first iteration, and when it ends. */
  readonly userSteps: UserSteps;
  /** Makes the values of an iteration of a flow. */
  values(user: number, iteration: number): IterationValues;
  /** Returns the steps of an iteration in order. */
  plan(values: IterationValues | undefined): FlowPlan<CompiledStep>;
}

/** The outputs of the target, by name. */
type Outputs = { readonly [name: string]: string };

/**
 * Finds the drivers, and compiles requests, checks and captures.
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
  captured: Captured = new Map(),
): CompiledOperation[] {
  const sources = sourcesOf(scenario, share);
  const known = knownIn(scenario);
  const constants = constantsOf(outputs, captured);
  const mask = maskOf(scenario);
  const named = planStages(scenario).filter(({ isNamed }) => isNamed);
  function compileAll(part: "userSetup" | "userTeardown"): CompiledStep[] {
    return onceSteps(scenario, part).map(({ step, row, captured }) =>
      compileStep(
        { ...step, name: row },
        driverOf(step, drivers),
        new OperationRecorder(row),
        compileRequest(
          requestOf(step, scenario),
          { ...known, captured },
          constants,
        ),
        sources,
      )
    );
  }
  const newRecorder = (row: string) => {
    const recorder = new OperationRecorder(row, mask);
    recorder.stages.push(
      ...named.map(() => new OperationRecorder(row, mask)),
    );
    return recorder;
  };
  const ofUser: UserSteps = {
    setup: compileAll("userSetup"),
    teardown: compileAll("userTeardown"),
  };
  const compiled = scenario.operations.map((operation): CompiledOperation => {
    const { name } = operation;
    const recorders = new Map(
      rowsOf([operation]).map(({ name }) => [
        name,
        newRecorder(name),
      ]),
    );
    const recorderOf = (row: string) => recorders.get(row) ?? newRecorder(row);
    const steps = new Map(
      withSetup(placedSteps([operation]), scenario).map(({
        step,
        row,
        captured,
      }) => [
        row,
        compileStep(
          { ...step, name: row },
          driverOf(step, drivers),
          recorderOf(row),
          compileRequest(
            requestOf(step, scenario),
            { ...known, captured },
            constants,
          ),
          sources,
        ),
      ]),
    );
    const isAFlow = isFlow(operation);
    const [recorder = recorderOf(name), ...parts] = recorders.values();
    return {
      name,
      recorder,
      parts,
      steps: [...steps.values()],
      isFlow: isAFlow,
      userSteps: ofUser,
      values: (user, iteration) =>
        new IterationValues(sources, user, iteration),
      plan: planner(isAFlow ? operation.steps : [operation], {
        outer: isAFlow ? name : undefined,
        steps,
        recorderOf,
      }),
    };
  });
  validateRequests(scenario, drivers, outputs);
  return compiled;
}

/** What the setup has captured, by name. */
type Captured = ReadonlyMap<string, JsonValue>;

function sourcesOf(scenario: Scenario, share: Share): ValueSources {
  const { seed = 1, load, feeders = {} } = scenario;
  return {
    seed,
    isOpen: load.model === "open",
    feeders: new Map(
      Object.entries(feeders).map(([name, feeder]) => [
        name,
        new RecordSource(name, feeder, seed, share),
      ]),
    ),
  };
}

function constantsOf(outputs: Outputs, captured: Captured): Constants {
  return { outputs, captured, variable: valueOfVariable };
}

/**
 * Compiles a step that is performed once, with what was captured before.
 *
 * @throws {LoadTestError} if something that it needs was not captured.
 */
export function compileSingle(
  { step, row, captured: names }: PlacedStep,
  scenario: Scenario,
  drivers: DriverMap,
  outputs: Outputs,
  captured: Captured,
): CompiledStep {
  const known = { ...knownIn(scenario), captured: names };
  const request = requestOf(step, scenario);
  const template = compileRequest(
    request,
    known,
    constantsOf(outputs, captured),
  );
  return compileStep(
    { ...step, name: row },
    driverOf(step, drivers),
    new OperationRecorder(row),
    template,
    sourcesOf(scenario, ALL),
  );
}

/** Returns the recorders of all operations, each with its steps after it. */
export function recordersOf(
  operations: readonly CompiledOperation[],
): OperationRecorder[] {
  return operations.flatMap(({ recorder, parts }) => [recorder, ...parts]);
}

function driverOf(
  { name, driver }: Step,
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

function compileStep(
  step: Step,
  driver: Driver,
  recorder: OperationRecorder,
  template: RequestTemplate,
  sources: ValueSources,
): CompiledStep {
  const { constant, onlyFeeder } = template;
  const { name, checks = [], capture = {} } = step;
  for (const { checks: counts } of [recorder, ...recorder.stages]) {
    counts.push(...checks.map((check) => {
      return { name: checkName(check), held: 0, broken: 0 };
    }));
  }
  /** If nothing else is filled in, each record is filled in once. */
  const known = new WeakMap<JsonObject, JsonObject>();
  return {
    name,
    driver,
    timeoutMs: step.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    checker: compileChecks(checks),
    capturer: compileCaptures(capture),
    wantsHeaders: [
      ...checks.map(({ field }) => field),
      ...Object.values(capture).map((from) =>
        typeof from === "string" ? from : from.field
      ),
    ].some((field) => /^(headers|cookies)(\.|$)/.test(field)),
    recorder,
    constant,
    request(user, iteration, given) {
      if (constant !== undefined) return constant;
      if (onlyFeeder === undefined) {
        const values = given ?? new IterationValues(sources, user, iteration);
        return template.fill(values);
      }
      const record = given?.record(onlyFeeder) ??
        takeRecord(sources, onlyFeeder, user);
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
  const all = knownIn(scenario);
  const issues = userSteps(scenario).flatMap((
    placed,
  ) => {
    const { step, captured } = placed;
    const driver = driverOf(step, drivers);
    const request = requestOf(step, scenario);
    const known = { ...all, captured };
    return filledIssues(request, driver, known, outputs).map((issue) => {
      const path = placeOf(placed, scenario, issue.path);
      return { path, message: `${formatPath(path)} ${issue.message}` };
    });
  });
  if (issues.length > 0) throw new ScenarioError(issues);
}
