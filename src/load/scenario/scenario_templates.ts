/**
 * The usual kinds of load tests, ready to be run.
 *
 * @module
 */
import type {
  ClosedLoad,
  Criterion,
  Operation,
  Phases,
  Scenario,
  ThinkTime,
} from "./scenario.ts";

/** The numbers of an average day, of which templates make their own. */
export interface TemplateBase {
  /**
   * What reports call the scenario.
   * @default {the name of the template}
   */
  readonly name?: string;
  /** Users at once on an average day. */
  readonly users: number;
  /**
   * How long they think.
   * @default {an exponential distribution with a mean of 1000 ms}
   */
  readonly thinkTime?: ThinkTime;
  /**
   * Milliseconds that one in a hundred operations may exceed.
   * @default {500}
   */
  readonly p99Ms?: number;
  /**
   * The part of the operations that may fail, from 0 to 1.
   * @default {0.01}
   */
  readonly errorRate?: number;
}

/** The numbers of {@linkcode ScenarioTemplates.breakpoint}. */
export interface BreakpointBase extends Omit<TemplateBase, "thinkTime"> {
  /** Operations that begin in a second on an average day. */
  readonly arrivalsPerSecond: number;
  /**
   * Scenarios, each with half an average day more than the one before.
   * @default {10}
   */
  readonly steps?: number;
}

/** Makes a scenario of operations and the numbers of an average day. */
export type ScenarioTemplate = (
  operations: readonly Operation[],
  base: TemplateBase,
) => Scenario;

/** The templates of {@linkcode scenarioTemplates}. */
export interface ScenarioTemplates {
  /** Three users at most, for half a minute: whether it works at all. */
  readonly smoke: ScenarioTemplate;
  /** An average day, for ten minutes. */
  readonly averageLoad: ScenarioTemplate;
  /** Twice an average day, for ten minutes. */
  readonly stress: ScenarioTemplate;
  /** Ten times an average day within ten seconds, for a minute. */
  readonly spike: ScenarioTemplate;
  /** An average day for four hours: leaks, and what fills up. */
  readonly endurance: ScenarioTemplate;
  /**
   * Open scenarios with more and more arrivals, a minute each: the service
   * breaks at the first that fails.
   */
  readonly breakpoint: (
    operations: readonly Operation[],
    base: BreakpointBase,
  ) => readonly Scenario[];
}

const MINUTE = 60_000;

/**
 * The usual kinds of load tests. What they make are scenarios like others: they
 * can be changed and written to a file.
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
    const { name = "breakpoint", users, arrivalsPerSecond, steps = 10 } = base;
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

function template(
  kind: string,
  usersOf: (users: number) => number,
  phases: Phases,
): ScenarioTemplate {
  return (operations, base) => {
    const {
      name = kind,
      users,
      thinkTime = { distribution: "exponential", meanMs: 1000 },
    } = base;
    const load: ClosedLoad = {
      model: "closed",
      users: usersOf(users),
      thinkTime,
    };
    return { name, load, phases, operations, criteria: criteria(base) };
  };
}

function criteria(
  { p99Ms = 500, errorRate = 0.01 }: Pick<TemplateBase, "p99Ms" | "errorRate">,
): readonly Criterion[] {
  return [
    { metric: "latency.p99", is: "at_most", value: p99Ms },
    { metric: "errorRate", is: "at_most", value: errorRate },
  ];
}
