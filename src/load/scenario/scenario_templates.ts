/**
 * Templates for the usual kinds of load tests.
 *
 * @module
 */
import {
  checkArray,
  checkInteger,
  checkNumber,
  checkOptionNames,
  type OptionNames,
} from "../../checks/internal.ts";
import type {
  ClosedLoad,
  Criterion,
  Phases,
  Scenario,
  ThinkTime,
} from "./scenario.ts";

/** The numbers of an average day, from which templates derive theirs. */
export interface TemplateBase {
  /**
   * The name of the scenario in reports.
   * @default {the name of the template}
   */
  readonly name?: string;
  /** The number of users on an average day. */
  readonly users: number;
  /**
   * How long users think between operations.
   * @default {an exponential distribution with a mean of 1000 ms}
   */
  readonly thinkTime?: ThinkTime;
  /**
   * The limit of the 99th percentile of the latency, in milliseconds.
   * @default {500}
   */
  readonly p99Ms?: number;
  /**
   * The fraction of operations that may fail, from 0 to 1.
   * @default {0.01}
   */
  readonly errorRate?: number;
}

/** The templates of {@linkcode scenarioTemplates}. */
export interface ScenarioTemplates {
  /** At most three users for half a minute, to see whether it works at all. */
  smoke(operations: Scenario["operations"], base: TemplateBase): Scenario;
  /** The load of an average day for ten minutes. */
  averageLoad(operations: Scenario["operations"], base: TemplateBase): Scenario;
  /** Twice the load of an average day for ten minutes. */
  stress(operations: Scenario["operations"], base: TemplateBase): Scenario;
  /** Ten times the load of an average day, within ten seconds, for a minute. */
  spike(operations: Scenario["operations"], base: TemplateBase): Scenario;
  /** The load of an average day for four hours, to find leaks. */
  endurance(operations: Scenario["operations"], base: TemplateBase): Scenario;
  /**
   * Open scenarios with more and more arrivals, a minute each. The service
   * breaks at the first one that fails.
   */
  breakpoint(
    operations: Scenario["operations"],
    base: Omit<TemplateBase, "thinkTime"> & {
      /** Operations that start per second on an average day. */
      readonly arrivalsPerSecond: number;
      /**
       * The number of scenarios, each with half an average day more load.
       * @default {10}
       */
      readonly steps?: number;
    },
  ): readonly Scenario[];
}

type BreakpointBase = Parameters<ScenarioTemplates["breakpoint"]>[1];

const BASE_NAMES: OptionNames<TemplateBase> = {
  name: true,
  users: true,
  thinkTime: true,
  p99Ms: true,
  errorRate: true,
};
const BREAKPOINT_NAMES: OptionNames<BreakpointBase> = {
  name: true,
  users: true,
  p99Ms: true,
  errorRate: true,
  arrivalsPerSecond: true,
  steps: true,
};

const MINUTE = 60_000;

/**
 * Templates for the usual kinds of load tests. They make ordinary scenarios,
 * which can be changed or written to a file. Each throws a `TypeError` or a
 * `RangeError` if a number of the base is missing, not known or out of its range.
 *
 * @example
 * ```ts
 * import { scenarioTemplates } from "@troupe/troupe/load";
 *
 * const get = { name: "get", driver: "http", request: { url: "http://127.0.0.1:8000/" } };
 * const scenario = scenarioTemplates.stress([get], { users: 50 });
 * console.assert(scenario.load.model === "closed" && scenario.load.users === 100);
 * ```
 */
export const scenarioTemplates: ScenarioTemplates = {
  smoke: template("smoke", (users) => Math.min(users, 3), {
    steadyMs: MINUTE / 2,
  }),
  averageLoad: template("average load", (users) => users, {
    rampUpMs: MINUTE,
    steadyMs: 10 * MINUTE,
    rampDownMs: MINUTE,
  }),
  stress: template("stress", (users) => 2 * users, {
    rampUpMs: 2 * MINUTE,
    steadyMs: 10 * MINUTE,
    rampDownMs: MINUTE,
  }),
  spike: template("spike", (users) => 10 * users, {
    rampUpMs: MINUTE / 6,
    steadyMs: MINUTE,
    rampDownMs: MINUTE / 6,
  }),
  endurance: template("endurance", (users) => users, {
    rampUpMs: 5 * MINUTE,
    steadyMs: 240 * MINUTE,
    rampDownMs: 5 * MINUTE,
  }),
  breakpoint(operations, base) {
    checkOperations(operations);
    checkOptionNames("breakpoint()", base, BREAKPOINT_NAMES);
    const { name = "breakpoint", users, arrivalsPerSecond, steps = 10 } = base;
    checkInteger("users", users, { min: 1 });
    checkNumber("arrivalsPerSecond", arrivalsPerSecond, { above: 0 });
    checkInteger("steps", steps, { min: 1 });
    return Array.from({ length: steps }, (_, step) => {
      const factor = 1 + step / 2;
      return {
        name: `${name} ${step + 1}`,
        load: {
          model: "open",
          arrivalsPerSecond: arrivalsPerSecond * factor,
          maxUsers: Math.ceil(users * factor),
        },
        phases: { rampUpMs: MINUTE / 6, steadyMs: MINUTE },
        operations,
        criteria: [
          ...criteria(base),
          { metric: "dropRate", is: "at_most", value: 0 },
        ],
      };
    });
  },
};

/** Makes a template of closed scenarios. */
function template(
  kind: string,
  usersOf: (users: number) => number,
  phases: Phases,
): (operations: Scenario["operations"], base: TemplateBase) => Scenario {
  return (operations, base) => {
    checkOperations(operations);
    checkOptionNames(`the template "${kind}"`, base, BASE_NAMES);
    const {
      name = kind,
      users,
      thinkTime = { distribution: "exponential", meanMs: 1000 },
    } = base;
    checkInteger("users", users, { min: 1 });
    const load: ClosedLoad = {
      model: "closed",
      users: usersOf(users),
      thinkTime,
    };
    return { name, load, phases, operations, criteria: criteria(base) };
  };
}

/** Checks that they are an array; the scenario checks what they are. */
function checkOperations(operations: unknown): void {
  checkArray("operations", operations, "an array of operations");
}

function criteria(
  { p99Ms = 500, errorRate = 0.01 }: Pick<TemplateBase, "p99Ms" | "errorRate">,
): readonly Criterion[] {
  return [
    { metric: "latency.p99", is: "at_most", value: p99Ms },
    { metric: "errorRate", is: "at_most", value: errorRate },
  ];
}
