/**
 * The schema of scenarios. The rules are our own for the sake of their errors:
 * a schema library suggests no similar name, and puts no range in a sentence.
 *
 * @module
 */
import { metricOf, metricProblem, unitOf } from "./metric_rules.ts";
import { isRecord } from "./check_rule.ts";
import {
  choice,
  type FieldsOf,
  flag,
  json,
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
  Check,
  Choice,
  ClosedLoad,
  Criterion,
  Feeder,
  Flow,
  Group,
  OpenLoad,
  Operation,
  Phases,
  Scenario,
  Stage,
  Step,
  Target,
  ThinkTime,
} from "./scenario.ts";

/**
 * More is a mistake, and would block the thread so that no signal is noticed.
 */
const MAX = 1_000_000;
const MAX_REPEATS = 1000;
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

/** A load with a field that both kinds may have, but only one does. */
type With<Load, Field extends keyof Load> =
  & Omit<Load, "model" | "stages" | "users" | "arrivalsPerSecond">
  & { readonly [Name in Field]-?: NonNullable<Load[Name]> };

const steadyLoad: Rule = {
  kind: "variant",
  by: "model",
  of: {
    open: object<With<OpenLoad, "arrivalsPerSecond">>({
      arrivalsPerSecond: rate,
      arrivals,
      maxUsers,
    }),
    closed: object<With<ClosedLoad, "users">>({
      users: whole(1, MAX),
      thinkTime: optional(thinkTime),
    }),
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
        }, 1),
      }),
      elsewhere: { arrivalsPerSecond: inStages },
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

const phases = object<Phases & { readonly steadyMs: number }>({
  ...limits,
  rampUpMs: optional(ms),
  steadyMs: someMs,
  rampDownMs: optional(ms),
});

const inLoad = "load.stages, as a stage of it";

/** The stages of a load take the place of phases with load. */
const phasesOfStages: ObjectRule = {
  ...object<Omit<Phases, "rampUpMs" | "steadyMs" | "rampDownMs">>(limits),
  elsewhere: { rampUpMs: inLoad, steadyMs: inLoad, rampDownMs: inLoad },
};

const pattern: Rule = {
  kind: "text",
  minLength: 1,
  refuses(pattern) {
    try {
      new RegExp(pattern);
      return undefined;
    } catch {
      return "is not a valid regular expression";
    }
  },
};

const check = object<Check>({
  name: optional(name),
  field: name,
  is: choice("equal", "not_equal", "below", "above", "contains", "present"),
  value: optional(json),
});

const inRequest = "the request of the operation";

const elsewhere = {
  url: inRequest,
  method: inRequest,
  headers: inRequest,
  body: inRequest,
  json: inRequest,
};
const weight = optional(number({ above: 0 }));

const operation: ObjectRule = {
  ...object<Operation>({
    name,
    driver: name,
    request: jsonObject,
    weight,
    timeoutMs: optional(someMs),
    checks: optional(list(check)),
    tags: optional(texts),
  }),
  elsewhere: { ...elsewhere, capture: "a step of a flow" },
};

const step: ObjectRule = {
  ...object<Step>({
    name,
    driver: name,
    request: jsonObject,
    timeoutMs: optional(someMs),
    checks: optional(list(check)),
    capture: optional({
      kind: "map",
      of: {
        kind: "either",
        plain: name,
        objects: [
          object<{ field: string; pattern: string }>({ field: name, pattern }),
        ],
      },
    }),
    tags: optional(texts),
  }),
  elsewhere: {
    ...elsewhere,
    weight: "the flow, beside its steps",
    repeat: "a group with the step",
  },
};

/** Steps that are performed once have neither weights nor repeats. */
const onceStep: ObjectRule = { ...step, elsewhere };

const inStep = "a step of the flow";
const elsewhereInSteps = {
  driver: inStep,
  request: inStep,
  checks: inStep,
  capture: inStep,
  timeoutMs: inStep,
};

/** A group has items, of which each may be a group. */
const items: Rule = {
  kind: "list",
  minItems: 1,
  get of(): Rule {
    return item;
  },
};

const repeat = optional(whole(1, MAX_REPEATS));

const group: ObjectRule = {
  ...object<Group>({ name, steps: items, repeat }),
  elsewhere: { ...elsewhereInSteps, weight: "a group of oneOf" },
};

const branch: ObjectRule = {
  ...object<Group & { weight?: number }>({
    name,
    steps: items,
    repeat,
    weight,
  }),
  elsewhere: elsewhereInSteps,
};

const choiceOfGroups: ObjectRule = {
  ...object<Choice>({ oneOf: list(branch, 1) }),
  elsewhere: {
    ...elsewhereInSteps,
    name: "each group of oneOf",
    weight: "each group of oneOf",
    repeat: "a group around it",
  },
};

const item: Rule = {
  kind: "shape",
  by: "oneOf",
  having: choiceOfGroups,
  lacking: { kind: "shape", by: "steps", having: group, lacking: step },
};

const flow: ObjectRule = {
  ...object<Flow>({
    name,
    steps: items,
    weight,
    tags: optional(texts),
  }),
  elsewhere: { ...elsewhereInSteps, repeat: "a group of its steps" },
};

const feeder = object<Feeder>({
  records: optional(list(jsonObject, 1)),
  file: optional(name),
  order: optional(choice("in_turn", "random", "once")),
  per: optional(choice("iteration", "user")),
}, ["records", "file"]);

const criterion = object<Criterion>({
  metric: { kind: "text", refuses: metricProblem },
  operation: optional(name),
  stage: optional(name),
  tags: optional(texts),
  check: optional(name),
  is: choice("below", "at_most", "above", "at_least"),
  value: number({}, ({ metric }) => {
    const known = typeof metric === "string" ? metricOf(metric) : undefined;
    return known && unitOf(known);
  }),
  abort: optional(flag),
  abortAfterMs: optional(ms),
}, ["operation", "tags"]);

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
  operations: list(
    { kind: "shape", by: "steps", having: flow, lacking: operation },
    1,
  ),
  setup: optional(list(onceStep, 1)),
  teardown: optional(list(onceStep, 1)),
  defaults: optional({ kind: "map", of: jsonObject }),
  env: optional(list(text)),
  feeders: optional({ kind: "map", of: feeder }),
  criteria: optional(list(criterion)),
  tags: optional(texts),
  seed: optional(whole(0)),
};

const steadyScenario = object<Scenario & { readonly phases: Phases }>({
  ...before,
  phases,
  ...after,
});

const stagedScenario = object<Scenario>({
  ...before,
  phases: optional(phasesOfStages),
  ...after,
});

/** Returns the rule for a scenario, without relations between its parts. */
export function scenarioRuleOf(value: unknown): ObjectRule {
  return isRecord(value) && isRecord(value.load) &&
      Object.hasOwn(value.load, "stages")
    ? stagedScenario
    : steadyScenario;
}
