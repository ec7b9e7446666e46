/**
 * The schema of scenarios. The rules are our own for the sake of their errors:
 * a schema library suggests no similar name, and puts no range in a sentence.
 *
 * @module
 */
import { metricOf, metricProblem, unitOf } from "./metric_rules.ts";
import { isRecord } from "./check_rule.ts";
import { onceStep, operationOrFlow, pattern } from "./operation_schema.ts";
import {
  choice,
  type FieldsOf,
  flag,
  jsonObject,
  list,
  ms,
  name,
  number,
  object,
  type ObjectRule,
  optional,
  type Rule,
  someMs,
  text,
  texts,
  whole,
} from "./rule.ts";
import type {
  ClosedLoad,
  Criterion,
  Feeder,
  OpenLoad,
  Phases,
  Scenario,
  Stage,
  Target,
  ThinkTime,
} from "./scenario.ts";

/**
 * More is a mistake, and would block the thread so that no signal is noticed.
 */
const MAX = 1_000_000;
const rate: Rule = number({ above: 0, max: MAX });

/** The fields of one distribution, without its name. */
type ThinkTimeOf<Name extends ThinkTime["distribution"]> = Omit<
  Extract<ThinkTime, { distribution: Name }>,
  "distribution"
>;

const thinkTime: Rule = {
  kind: "variant",
  by: "distribution",
  of: {
    constant: object<ThinkTimeOf<"constant">>({ ms }),
    uniform: object<ThinkTimeOf<"uniform">>({ minMs: ms, maxMs: ms }),
    exponential: object<ThinkTimeOf<"exponential">>({ meanMs: someMs }),
    normal: object<ThinkTimeOf<"normal">>({ meanMs: ms, deviationMs: ms }),
    lognormal: object<ThinkTimeOf<"lognormal">>({
      medianMs: someMs,
      sigma: number({ min: 0, max: 10 }),
    }),
  },
};

const arrivals = optional(choice("constant", "poisson"));
const maxUsers = whole(1, MAX);

/** The fields of a stage, whatever the model. */
const stage: FieldsOf<Stage> = {
  name,
  durationMs: someMs,
  ramp: optional(flag),
  warmUp: optional(flag),
};

/** What other load generators call the rate of an open load. */
const RATE_MEANT = {
  rate: "arrivalsPerSecond",
  arrivalRate: "arrivalsPerSecond",
  rps: "arrivalsPerSecond",
} as const;
/** What they call the users of a closed one. */
const USERS_MEANT = {
  vus: "users",
  virtualUsers: "users",
  concurrency: "users",
} as const;
const MOST_MEANT = { maxVUs: "maxUsers", maxVusers: "maxUsers" } as const;
const STAGE_MEANT = { duration: "durationMs" } as const;

/** A load with a field that both kinds may have, but only one does. */
type With<Load, Field extends keyof Load> =
  & Omit<Load, "model" | "stages" | "users" | "arrivalsPerSecond">
  & { readonly [Name in Field]-?: NonNullable<Load[Name]> };

const steadyLoad: Rule = {
  kind: "variant",
  by: "model",
  of: {
    open: {
      ...object<With<OpenLoad, "arrivalsPerSecond">>({
        arrivalsPerSecond: rate,
        arrivals,
        maxUsers,
      }),
      meant: { ...RATE_MEANT, ...MOST_MEANT },
    },
    closed: {
      ...object<With<ClosedLoad, "users">>({
        users: whole(1, MAX),
        thinkTime: optional(thinkTime),
      }),
      meant: USERS_MEANT,
    },
  },
};

const inStages = "each of the stages";

const stagedLoad: Rule = {
  kind: "variant",
  by: "model",
  of: {
    open: {
      ...object<With<OpenLoad, "stages">>({
        arrivals,
        maxUsers,
        stages: list({
          ...object<Stage & { arrivalsPerSecond: number }>({
            ...stage,
            arrivalsPerSecond: number({ min: 0, max: MAX }),
          }),
          elsewhere: { users: "a stage of the closed model" },
          meant: {
            ...STAGE_MEANT,
            ...RATE_MEANT,
            target: "arrivalsPerSecond",
          },
        }, 1),
      }),
      elsewhere: { arrivalsPerSecond: inStages },
      meant: MOST_MEANT,
    },
    closed: {
      ...object<With<ClosedLoad, "stages">>({
        thinkTime: optional(thinkTime),
        stages: list({
          ...object<Stage & { users: number }>({
            ...stage,
            users: whole(0, MAX),
          }),
          elsewhere: { arrivalsPerSecond: "a stage of the open model" },
          meant: { ...STAGE_MEANT, ...USERS_MEANT, target: "users" },
        }, 1),
      }),
      elsewhere: { users: inStages },
    },
  },
};

const load: Rule = {
  kind: "shape",
  by: "stages",
  having: stagedLoad,
  lacking: steadyLoad,
};

const limits: FieldsOf<
  Omit<Phases, "rampUpMs" | "steadyMs" | "rampDownMs">
> = {
  prepareTimeoutMs: optional(someMs),
  drainTimeoutMs: optional(ms),
  cleanupTimeoutMs: optional(someMs),
};

const phases: ObjectRule = {
  ...object<Phases & { readonly steadyMs: number }>({
    ...limits,
    rampUpMs: optional(ms),
    steadyMs: someMs,
    rampDownMs: optional(ms),
  }),
  meant: { duration: "steadyMs", durationMs: "steadyMs", warmUpMs: "rampUpMs" },
};

const inLoad = "load.stages, as a stage of it";

/** The stages of a load take the place of phases with load. */
const phasesOfStages: ObjectRule = {
  ...object<Omit<Phases, "rampUpMs" | "steadyMs" | "rampDownMs">>(limits),
  elsewhere: { rampUpMs: inLoad, steadyMs: inLoad, rampDownMs: inLoad },
};

const feeder = object<Feeder>({
  records: optional(list(jsonObject, 1)),
  file: optional(name),
  order: optional(choice("in_turn", "random", "once")),
  per: optional(choice("iteration", "user")),
}, ["records", "file"]);

const criterion: ObjectRule = {
  ...object<Criterion>({
    metric: { kind: "text", refuses: metricProblem },
    operation: optional(name),
    stage: optional(name),
    tags: optional(texts),
    check: optional(name),
    is: {
      kind: "choice",
      of: ["below", "at_most", "above", "at_least"],
      meant: { "<": "below", "<=": "at_most", ">": "above", ">=": "at_least" },
    },
    value: number({}, ({ metric }) => {
      const known = typeof metric === "string" ? metricOf(metric) : undefined;
      return known && unitOf(known);
    }),
    abort: optional(flag),
    abortAfterMs: optional(ms),
  }, ["operation", "tags"]),
  meant: { threshold: "value", limit: "value", tag: "tags" },
};

const target = object<Target>({
  command: name,
  args: optional(list(text)),
  readyPattern: pattern,
  readyTimeoutMs: optional(someMs),
});

const before: FieldsOf<
  Pick<Scenario, "name" | "description" | "target" | "load">
> = {
  name,
  description: optional(text),
  target: optional(target),
  load,
};

const after: FieldsOf<Omit<Scenario, keyof typeof before | "phases">> = {
  operations: list(operationOrFlow, 1),
  setup: optional(list(onceStep, 1)),
  teardown: optional(list(onceStep, 1)),
  userSetup: optional(list(onceStep, 1)),
  userTeardown: optional(list(onceStep, 1)),
  defaults: optional({ kind: "map", of: jsonObject }),
  env: optional(list(text)),
  feeders: optional({ kind: "map", of: feeder }),
  criteria: optional(list(criterion)),
  tags: optional(texts),
  seed: optional(whole(0)),
};

/** What other tools call the parts of a scenario, and where others belong. */
const names = {
  meant: {
    criterion: "criteria",
    criterions: "criteria",
    thresholds: "criteria",
    environment: "env",
    variables: "env",
    data: "feeders",
    before: "setup",
    after: "teardown",
  },
  elsewhere: {
    stages: "load",
    users: "load",
    arrivalsPerSecond: "load",
    thinkTime: "load",
    steadyMs: "phases",
    rampUpMs: "phases",
    steps: "an operation, which is a flow then",
  },
};

const steadyScenario: ObjectRule = {
  ...object<Scenario & { readonly phases: Phases }>({
    ...before,
    phases,
    ...after,
  }),
  ...names,
};

const stagedScenario: ObjectRule = {
  ...object<Scenario>({
    ...before,
    phases: optional(phasesOfStages),
    ...after,
  }),
  ...names,
};

/** Returns the rule for a scenario, without relations between its parts. */
export function scenarioRuleOf(value: unknown): ObjectRule {
  return isRecord(value) && isRecord(value.load) &&
      Object.hasOwn(value.load, "stages")
    ? stagedScenario
    : steadyScenario;
}
