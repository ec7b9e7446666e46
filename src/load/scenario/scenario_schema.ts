/**
 * What a scenario must be like. The rules are our own, for their words: a
 * library for schemas knows no closest name, and no range in a sentence.
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

/** More is a mistake, and would hold the thread so that no signal is heard. */
const MOST = 1_000_000;
const rate: Rule = { kind: "number", above: 0, most: MOST };
const number: Rule = { kind: "number" };

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
      sigma: { kind: "number", least: 0, most: 10 },
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
      maxUsers: whole(1, MOST),
    }),
    closed: object<Omit<ClosedLoad, "model">>({
      users: whole(1, MOST),
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

const operation = object<Operation>({
  name,
  driver: name,
  request: jsonObject,
  weight: optional({ kind: "number", above: 0 }),
  timeoutMs: optional(someMs),
  checks: optional(list(check)),
  tags: optional(texts),
});

const feeder = object<Feeder>({
  records: list(jsonObject, 1),
  order: optional(choice("in_turn", "random", "once")),
});

const criterion = object<Criterion>({
  metric: choice(...METRIC_NAMES),
  operation: optional(name),
  is: choice("below", "at_most", "above", "at_least"),
  value: number,
  abort: optional(flag),
  abortAfterMs: optional(ms),
});

const target = object<Target>({
  command: name,
  args: optional(list(text)),
  readyPattern: {
    kind: "text",
    least: 1,
    refuses(pattern) {
      try {
        new RegExp(pattern);
        return undefined;
      } catch {
        return "is no regular expression";
      }
    },
  },
  readyTimeoutMs: optional(someMs),
});

/** What a scenario must be like, but for what one part has to do with another. */
export const scenarioRule: ObjectRule = object<Scenario>({
  name,
  description: optional(text),
  target: optional(target),
  load,
  phases,
  operations: list(operation, 1),
  feeders: optional({ kind: "map", of: feeder }),
  criteria: optional(list(criterion)),
  tags: optional(texts),
  seed: optional(whole(0)),
});
