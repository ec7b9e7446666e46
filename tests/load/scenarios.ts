/**
 * Scenarios for tests.
 *
 * @module
 */
import fc from "fast-check";
import type { JsonObject, JsonValue } from "../../src/codec/mod.ts";
import type { Operation, Scenario } from "../../src/load/scenario/scenario.ts";

/** A scenario with which nothing is wrong, and with no warnings. */
export const chat: Scenario = {
  name: "chat",
  load: {
    model: "closed",
    users: 10,
    thinkTime: { distribution: "constant", ms: 100 },
  },
  phases: { rampUpMs: 1000, steadyMs: 10_000 },
  operations: [
    { name: "join", driver: "websocket", request: {} },
    { name: "send", driver: "websocket", request: {}, weight: 9 },
  ],
  criteria: [{ metric: "latency.p99", is: "below", value: 50 }],
};

/** Plain operations with these names. */
export function operations(...names: readonly string[]): Operation[] {
  return names.map((name) => ({ name, driver: "any", request: {} }));
}

/** `-0` is 0 in JSON. */
function plain(value: unknown): JsonValue {
  return JSON.parse(JSON.stringify(value));
}

const text = fc.string({ unit: "binary", maxLength: 20 });
const name = fc.string({ unit: "binary", minLength: 1, maxLength: 20 });
const ms = fc.double({ min: 0.001, max: 1e6, noNaN: true });
const key = name.filter((name) => name !== "__proto__");
const texts = fc.dictionary(key, text, { maxKeys: 3, noNullPrototype: true });
const json = fc.jsonValue({ stringUnit: "binary" }).map(plain)
  // Neither names nor texts are to look like references or prototypes.
  .filter((value) => !/__proto__|\$\{/.test(JSON.stringify(value)));
const jsonObject: fc.Arbitrary<JsonObject> = fc.dictionary(key, json, {
  maxKeys: 3,
  noNullPrototype: true,
}).filter((value) => !JSON.stringify(value).includes("${"));

const thinkTime = fc.oneof(
  fc.record({ distribution: fc.constant("constant" as const), ms }),
  fc.record({
    distribution: fc.constant("uniform" as const),
    minMs: fc.constant(1),
    maxMs: ms.map((ms) => ms + 1),
  }),
  fc.record({
    distribution: fc.constant("lognormal" as const),
    medianMs: ms,
    sigma: fc.double({ min: 0.01, max: 10, noNaN: true }),
  }),
);

const operation = {
  driver: name,
  request: jsonObject,
  timeoutMs: ms,
  checks: fc.array(
    fc.record({
      field: fc.constantFrom("status", "body.a", "type", "headers.etag"),
      is: fc.constantFrom("equal" as const, "contains" as const),
      value: json,
    }),
    { maxLength: 2 },
  ),
  tags: texts,
};

const stage = {
  durationMs: ms,
  ramp: fc.boolean(),
  warmUp: fc.boolean(),
};

/** Loads that need no phases. */
const stagedLoads: fc.Arbitrary<Scenario["load"]> = fc.oneof(
  fc.uniqueArray(
    fc.record({ ...stage, name, arrivalsPerSecond: ms }, {
      requiredKeys: ["name", "durationMs", "arrivalsPerSecond"],
    }),
    { minLength: 1, maxLength: 4, selector: ({ name }) => name },
  ).map((stages) => ({ model: "open" as const, maxUsers: 5, stages })),
  fc.uniqueArray(
    fc.record({ ...stage, name, users: fc.integer({ min: 1, max: 9 }) }, {
      requiredKeys: ["name", "durationMs", "users"],
    }),
    { minLength: 1, maxLength: 4, selector: ({ name }) => name },
  ).map((stages) => ({ model: "closed" as const, stages })),
).filter(({ stages = [] }) => stages.some(({ warmUp }) => !warmUp));

/** Any scenario at all. */
export const scenarios: fc.Arbitrary<Scenario> = fc.tuple(
  fc.record({
    name,
    description: text,
    target: fc.record({
      command: name,
      args: fc.array(text, { maxLength: 3 }),
      readyPattern: fc.constantFrom("ready", "port (?<port>\\d+)"),
    }, { requiredKeys: ["command", "readyPattern"] }),
    load: fc.oneof(
      fc.record({
        model: fc.constant("open" as const),
        arrivalsPerSecond: ms,
        arrivals: fc.constantFrom("constant" as const, "poisson" as const),
        maxUsers: fc.integer({ min: 1, max: 1_000_000 }),
      }, { requiredKeys: ["model", "arrivalsPerSecond", "maxUsers"] }),
      fc.record({
        model: fc.constant("closed" as const),
        users: fc.integer({ min: 1, max: 1_000_000 }),
        thinkTime,
      }, { requiredKeys: ["model", "users"] }),
    ),
    phases: fc.record(
      { prepareTimeoutMs: ms, rampUpMs: ms, steadyMs: ms, rampDownMs: ms },
      { requiredKeys: ["steadyMs"] },
    ),
    operations: fc.uniqueArray(
      fc.oneof(
        fc.record({ ...operation, name, weight: ms }, {
          requiredKeys: ["name", "driver", "request"],
        }),
        fc.record({
          // No operation has the name of a step.
          name: name.map((name) => `${name}:`),
          steps: fc.uniqueArray(
            fc.record({
              ...operation,
              name,
              capture: fc.constantFrom(
                {},
                { token: "body.token" },
                { id: { field: "headers.location", pattern: "(.)" } },
              ),
            }, { requiredKeys: ["name", "driver", "request"] }),
            { minLength: 1, maxLength: 3, selector: ({ name }) => name },
          ),
          weight: ms,
          tags: texts,
        }, { requiredKeys: ["name", "steps"] }),
      ),
      {
        minLength: 1,
        maxLength: 3,
        // What begins with the name of a flow and a slash may be a step of it.
        selector: ({ name }) => name.split(/[:/]/)[0],
      },
    ),
    defaults: fc.dictionary(key, jsonObject, {
      maxKeys: 2,
      noNullPrototype: true,
    }),
    feeders: fc.dictionary(
      key,
      fc.record({
        records: fc.array(jsonObject, { minLength: 1, maxLength: 3 }),
        order: fc.constantFrom(
          "in_turn" as const,
          "random" as const,
          "once" as const,
        ),
      }, { requiredKeys: ["records"] }),
      { maxKeys: 2, noNullPrototype: true },
    ),
    criteria: fc.array(
      fc.record({
        metric: fc.constantFrom("latency.p99", "throughput"),
        is: fc.constantFrom("below" as const, "at_least" as const),
        value: ms,
        abort: fc.boolean(),
      }, { requiredKeys: ["metric", "is", "value"] }),
      { maxLength: 2 },
    ),
    tags: texts,
    seed: fc.nat(),
  }, { requiredKeys: ["name", "load", "phases", "operations"] }),
  fc.option(stagedLoads),
).map(([{ phases, ...scenario }, load]) =>
  load === null ? { ...scenario, phases } : { ...scenario, load }
);
