/**
 * The schema of what users perform: operations, flows, steps and checks.
 *
 * @module
 */
import { nestedRepeat } from "./safe_pattern.ts";
import { show } from "./problems.ts";
import {
  json,
  jsonObject,
  list,
  name,
  number,
  object,
  type ObjectRule,
  optional,
  type Rule,
  someMs,
  texts,
  whole,
} from "./rule.ts";
import type {
  Check,
  Choice,
  Flow,
  Group,
  Operation,
  Step,
} from "./scenario.ts";

const MAX_REPEATS = 1000;

/** The rule for a text that is a regular expression. */
export const pattern: Rule = {
  kind: "text",
  minLength: 1,
  refuses(pattern) {
    try {
      new RegExp(pattern);
    } catch {
      return "is not a valid regular expression";
    }
    const nested = nestedRepeat(pattern);
    return nested &&
      `repeats what is repeated in ${
        show(nested)
      }, which may never end on some texts: give the outer one a most, such as {0,20} instead of *`;
  },
};

const check = object<Check>({
  name: optional(name),
  field: name,
  is: {
    kind: "choice",
    of: ["equal", "not_equal", "below", "above", "contains", "present"],
    meant: {
      "=": "equal",
      "==": "equal",
      "!=": "not_equal",
      "<": "below",
      ">": "above",
      exists: "present",
      includes: "contains",
    },
  },
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
export const onceStep: ObjectRule = { ...step, elsewhere };

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

/** What an iteration performs: an operation, or a flow. */
export const operationOrFlow: Rule = {
  kind: "shape",
  by: "steps",
  having: flow,
  lacking: operation,
};
