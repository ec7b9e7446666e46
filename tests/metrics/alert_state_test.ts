import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  type AlertRule,
  checkAlertRules,
} from "../../src/metrics/alert_rule.ts";
import {
  type AlertState,
  QUIET,
  transition,
} from "../../src/metrics/alert_state.ts";
import type { AlertEvent } from "../../src/metrics/feed.ts";

const high: AlertRule = { name: "high", metric: "process.rssBytes", above: 10 };

/** A time, and the value then. */
type Reading = readonly [nowMs: number, value: number | null];

/** The events of a series of readings. */
function run(rule: AlertRule, readings: readonly Reading[]): AlertEvent[] {
  let state: AlertState = QUIET;
  return readings.flatMap(([nowMs, value]) => {
    const next = transition(rule, state, {
      value,
      nowMs,
      atMs: nowMs + 1e12,
      steadyMs: nowMs + 2e12,
    });
    state = next.state;
    return next.event ?? [];
  });
}

/** The events in short. */
function eventsOf(rule: AlertRule, readings: readonly Reading[]): string[] {
  return run(rule, readings).map(({ state, atMs }) =>
    `${state} ${atMs - 1e12}`
  );
}

Deno.test("an alert without forMs fires at once, and only once", () => {
  const readings: Reading[] = [[0, 10], [1, 11], [2, 12], [3, 11]];
  assertEquals(eventsOf(high, readings), ["firing 1"]);
});

Deno.test("an alert resolves once, when the value is back at its threshold", () => {
  const readings: Reading[] = [[0, 11], [1, 10], [2, 9], [3, 10]];
  assertEquals(eventsOf(high, readings), ["firing 0", "resolved 1"]);
});

Deno.test("the message of an alert has six digits of its number, and all of them at the threshold", () => {
  const messages = (value: number): string[] =>
    run(high, [[0, value], [1, 0]]).map(({ message }) => message);
  assertEquals(messages(10.123456789), [
    "high is 10.1235, above 10",
    "high is back to normal: it is 0",
  ]);
  assertEquals(messages(10.00000001)[0], "high is 10.00000001, above 10");
  assertEquals(messages(123_456_789)[0], "high is 123456789, above 10");
});

Deno.test("an alert below a threshold is the mirror image", () => {
  const low: AlertRule = {
    name: "low",
    metric: "process.rssBytes",
    below: 10,
    clearAt: 15,
  };
  const readings: Reading[] = [[0, 10], [1, 9], [2, 14], [3, 9], [4, 15]];
  assertEquals(eventsOf(low, readings), ["firing 1", "resolved 4"]);
});

Deno.test("an alert fires once its value was beyond the threshold for long enough", () => {
  const rule: AlertRule = { ...high, forMs: 10 };
  assertEquals(eventsOf(rule, [[0, 11], [9, 11], [10, 11]]), ["firing 10"]);
});

Deno.test("a value that is not beyond the threshold restarts the time", () => {
  const rule: AlertRule = { ...high, forMs: 10 };
  const readings: Reading[] = [[0, 11], [5, 10], [10, 11], [15, 11], [20, 11]];
  assertEquals(eventsOf(rule, readings), ["firing 20"]);
});

Deno.test("a value that wavers around the threshold fires one alert", () => {
  const rule: AlertRule = { ...high, clearAt: 8 };
  const readings: Reading[] = [[0, 11], [1, 9], [2, 11], [3, 8.1], [4, 11], [
    5,
    8,
  ]];
  assertEquals(eventsOf(rule, readings), ["firing 0", "resolved 5"]);
});

Deno.test("a missing value neither fires nor resolves an alert, nor restarts the time", () => {
  for (const none of [null, NaN, Infinity, -Infinity]) {
    assertEquals(eventsOf(high, [[0, none], [1, 11], [2, none], [3, 11]]), [
      "firing 1",
    ]);
    const rule: AlertRule = { ...high, forMs: 10 };
    const readings: Reading[] = [[0, 11], [10, none], [11, 11]];
    assertEquals(eventsOf(rule, readings), ["firing 11"]);
  }
});

Deno.test("an event has the rule, the value and a message", () => {
  assertEquals(run(high, [[5, 11], [6, 9]]), [
    {
      name: "high",
      state: "firing",
      atMs: 1e12 + 5,
      steadyMs: 2e12 + 5,
      value: 11,
      message: "high is 11, above 10",
    },
    {
      name: "high",
      state: "resolved",
      atMs: 1e12 + 6,
      steadyMs: 2e12 + 6,
      value: 9,
      message: "high is back to normal: it is 9",
    },
  ]);
  const [event] = run({ ...high, message: "Too much" }, [[0, 11]]);
  assertEquals(event?.message, "Too much");
});

const anyLooks = fc.array(
  fc.tuple(fc.nat(5), fc.option(fc.integer({ min: 0, max: 20 }))),
  { maxLength: 60 },
).map((steps) => {
  let now = 0;
  return steps.map(([step, value]): Reading => [now += step, value]);
});
const anyRule = fc.record({
  above: fc.integer({ min: 5, max: 15 }),
  gap: fc.nat(5),
  forMs: fc.nat(15),
});

/** The whole past decides, each time anew: no state. */
function model(
  readings: readonly Reading[],
  above: number,
  clearAt: number,
  forMs: number,
): string[] {
  const known = readings.filter((look): look is [number, number] =>
    look[1] !== null
  );
  const events: string[] = [];
  let from = 0;
  for (let now = 0; now < known.length; now++) {
    const [nowMs = 0, value = 0] = known[now] ?? [];
    const isFiring = events.length % 2 === 1;
    if (isFiring && value <= clearAt) {
      events.push(`resolved ${nowMs}`);
      from = now + 1;
    }
    if (isFiring) continue;
    // It began after the last value that was not beyond, or was an end.
    const past = known.slice(from, now + 1);
    const last = past.findLastIndex(([, value]) => value <= above);
    const [first] = past.slice(last + 1);
    if (first !== undefined && nowMs - first[0] >= forMs) {
      events.push(`firing ${nowMs}`);
    }
  }
  return events;
}

Deno.test("alerts fire and resolve as a model over the whole series of values does", () => {
  fc.assert(
    fc.property(anyRule, anyLooks, ({ above, gap, forMs }, readings) => {
      const clearAt = above - gap;
      const rule: AlertRule = {
        name: "any",
        metric: () => null,
        above,
        clearAt,
        forMs,
      };
      assertEquals(
        eventsOf(rule, readings),
        model(readings, above, clearAt, forMs),
      );
    }),
  );
});

Deno.test("firing and resolving take turns", () => {
  fc.assert(fc.property(anyRule, anyLooks, ({ above, forMs }, readings) => {
    const events = run(
      { name: "any", metric: () => null, above, forMs },
      readings,
    );
    events.forEach(({ state }, index) => {
      assertEquals(state, index % 2 === 0 ? "firing" : "resolved");
    });
  }));
});

Deno.test("no value between the threshold and clearAt ever resolves", () => {
  const between = fc.array(fc.double({ min: 8.01, max: 20, noNaN: true }));
  fc.assert(fc.property(between, (values) => {
    const readings = [11, ...values].map((value, now): Reading => [now, value]);
    assertEquals(eventsOf({ ...high, clearAt: 8 }, readings), ["firing 0"]);
  }));
});

for (
  const [what, rule, type, message] of [
    ["an empty name", { ...high, name: "" }, TypeError, "its name"],
    ["a mistyped metric", { ...high, metric: "process.rss" }, TypeError, "rss"],
    ["no threshold", { ...high, above: undefined }, TypeError, "either above"],
    ["two thresholds", { ...high, below: 1 }, TypeError, "either above"],
    ["a threshold of NaN", { ...high, above: NaN }, RangeError, "above"],
    [
      "a clearAt beyond",
      { ...high, clearAt: 11 },
      RangeError,
      'clearAt of the alert "high": it is 11',
    ],
    [
      "a clearAt of NaN",
      { ...high, clearAt: NaN },
      RangeError,
      "clearAt",
    ],
    [
      "a negative time",
      { ...high, forMs: -1 },
      RangeError,
      'forMs of the alert "high": it is -1',
    ],
    ["a misspelt option", { ...high, forMS: 1 }, TypeError, '"forMs"'],
    [
      "a metric that is a number",
      { ...high, metric: 1 },
      TypeError,
      "a number",
    ],
    [
      "a misspelt option of an instrument",
      { ...high, metric: { instrument: "a", label: {} } },
      TypeError,
      'did you mean "labels"?',
    ],
    [
      "an instrument without a name",
      { ...high, metric: {} },
      TypeError,
      'instrument of metric of the alert "high": it is missing',
    ],
    [
      "a label that is a number",
      { ...high, metric: { instrument: "a", labels: { status: 200 } } },
      TypeError,
      "label status of metric",
    ],
    [
      "a mistyped field",
      { ...high, metric: { instrument: "a", field: "p98" } },
      TypeError,
      "field of metric",
    ],
    [
      "a field and a rate",
      { ...high, metric: { instrument: "a", field: "p99", perSecond: true } },
      TypeError,
      "field and perSecond",
    ],
    ["a message of numbers", { ...high, message: 1 }, TypeError, "message of"],
    ["an endless time", { ...high, forMs: Infinity }, RangeError, "forMs"],
  ] as const
) {
  Deno.test(`a rule with ${what} is refused`, () => {
    // As a program without types does.
    assertThrows(
      () => Reflect.apply(checkAlertRules, undefined, [[rule]]),
      type,
      message,
    );
  });
}

Deno.test("two rules with one name are refused", () => {
  assertThrows(() => checkAlertRules([high, high]), TypeError, '"high"');
});

Deno.test("valid rules are accepted", () => {
  checkAlertRules([
    high,
    { name: "edge", metric: () => 1, below: 5, clearAt: 5, forMs: 0 },
  ]);
});
