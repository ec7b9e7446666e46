/**
 * The schema of scenarios. The rules are our own for the sake of their errors:
 * a schema library suggests no similar name, and puts no range in a sentence.
 *
 * @module
 */
import { METRIC_NAMES } from "../run/criteria.ts";
import {
  choice,
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
  ClosedLoad,
  Criterion,
  Feeder,
  OpenLoad,
  Operation,
  Phases,
  Scenario,
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

const load: Rule = {
  kind: "variant",
  by: "model",
  of: {
    open: object<Omit<OpenLoad, "model">>({
      arrivalsPerSecond: rate,
      arrivals: optional(choice("constant", "poisson")),
      maxUsers: whole(1, MAX),
    }),
    closed: object<Omit<ClosedLoad, "model">>({
      users: whole(1, MAX),
      thinkTime: optional(thinkTime),
    }),
  },
};

const phases = object<Phases>({
  prepareTimeoutMs: optional(someMs),
  rampUpMs: optional(ms),
  steadyMs: someMs,
  rampDownMs: optional(ms),
  drainTimeoutMs: optional(ms),
  cleanupTimeoutMs: optional(someMs),
});

const check = object<Check>({
  field: name,
  is: choice("equal", "not_equal", "below", "above", "contains", "present"),
  value: optional(json),
});

const inRequest = "the request of the operation";

const operation: ObjectRule = {
  ...object<Operation>({
    name,
    driver: name,
    request: jsonObject,
    weight: optional(number({ above: 0 })),
    timeoutMs: optional(someMs),
    checks: optional(list(check)),
    tags: optional(texts),
  }),
  elsewhere: {
    url: inRequest,
    method: inRequest,
    headers: inRequest,
    body: inRequest,
    json: inRequest,
  },
};

const feeder = object<Feeder>({
  records: optional(list(jsonObject, 1)),
  file: optional(name),
  order: optional(choice("in_turn", "random", "once")),
  per: optional(choice("iteration", "user")),
}, ["records", "file"]);

const criterion = object<Criterion>({
  metric: choice(...METRIC_NAMES),
  operation: optional(name),
  is: choice("below", "at_most", "above", "at_least"),
  value: number({}),
  abort: optional(flag),
  abortAfterMs: optional(ms),
});

const target = object<Target>({
  command: name,
  args: optional(list(text)),
  readyPattern: {
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
  },
  readyTimeoutMs: optional(someMs),
});

/** The rule for a scenario, without relations between its parts. */
export const scenarioRule: ObjectRule = object<Scenario>({
  name,
  description: optional(text),
  target: optional(target),
  load,
  phases,
  operations: list(operation, 1),
  env: optional(list(text)),
  feeders: optional({ kind: "map", of: feeder }),
  criteria: optional(list(criterion)),
  tags: optional(texts),
  seed: optional(whole(0)),
});
