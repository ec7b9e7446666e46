import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { standardDrivers } from "../../../src/load/drivers/drivers.ts";
import {
  quantityProblem,
  readQuantity,
  type Unit,
} from "../../../src/load/scenario/quantity.ts";
import {
  parseScenario,
  stringifyScenario,
} from "../../../src/load/scenario/scenario_text.ts";
import { validateScenario } from "../../../src/load/scenario/validate_scenario.ts";
import { override } from "../../../src/load/cli/override.ts";
import { chat, scenarios } from "../scenarios.ts";

Deno.test("times, rates and sizes are read with their units", () => {
  const known: readonly (readonly [string, Unit, number])[] = [
    ["10s", "ms", 10_000],
    ["500ms", "ms", 500],
    ["5m", "ms", 300_000],
    ["1h30m", "ms", 5_400_000],
    ["1h 30m", "ms", 5_400_000],
    ["1d2h3m4s5ms", "ms", 93_784_005],
    ["1.1s", "ms", 1100],
    ["0.0001s", "ms", 0.1],
    ["100 ms", "ms", 100],
    ["0s", "ms", 0],
    ["1%", "rate", 0.01],
    ["1.1 %", "rate", 0.011],
    ["99.99%", "rate", 0.9999],
    ["64KiB", "bytes", 65_536],
    ["64 kB", "bytes", 64_000],
    ["1MiB", "bytes", 1_048_576],
    ["512B", "bytes", 512],
    ["100/s", "per_second", 100],
    ["100 /s", "per_second", 100],
  ];
  for (const [text, unit, expected] of known) {
    assertEquals(readQuantity(text, unit), expected, text);
  }
});

Deno.test("what is no quantity of a unit is refused, with what was meant", () => {
  const wrong: readonly (readonly [string, Unit, string | undefined])[] = [
    ["10 sec", "ms", "10s"],
    ["5min", "ms", "5m"],
    ["1 hour 30 minutes", "ms", "1h30m"],
    ["10S", "ms", "10s"],
    ["10", "ms", "10"],
    ["5 percent", "rate", "5%"],
    ["64kib", "bytes", "64KiB"],
    ["64K", "bytes", "64KiB"],
    ["64M", "bytes", "64MiB"],
    ["100 rps", "per_second", "100/s"],
    ["30m1h", "ms", undefined],
    ["1s1s", "ms", undefined],
    ["s", "ms", undefined],
    ["-1s", "ms", undefined],
    ["1e3s", "ms", undefined],
    ["1,5s", "ms", undefined],
    ["", "ms", undefined],
    ["ten seconds", "ms", undefined],
    ["1%", "ms", undefined],
    ["1s", "rate", undefined],
    ["1MiB1KiB", "bytes", undefined],
    ["1%", "count", undefined],
  ];
  for (const [text, unit, suggestion] of wrong) {
    assertEquals(readQuantity(text, unit), undefined, text);
    assertEquals(
      quantityProblem(text, unit, "a number").suggestion,
      suggestion,
      text,
    );
  }
});

Deno.test("any whole number of milliseconds is read from its parts", () => {
  fc.assert(fc.property(fc.nat(2 ** 31 - 1), (ms) => {
    const text = [
      [Math.floor(ms / 86_400_000), "d"],
      [Math.floor(ms / 3_600_000) % 24, "h"],
      [Math.floor(ms / 60_000) % 60, "m"],
      [Math.floor(ms / 1000) % 60, "s"],
      [ms % 1000, "ms"],
    ].map(([count, unit]) => `${count}${unit}`).join("");
    assertEquals(readQuantity(text, "ms"), ms);
  }));
});

Deno.test("any text at all is a quantity or a problem, and nothing is thrown", () => {
  const unit = fc.constantFrom<Unit[]>("ms", "rate", "bytes", "count");
  fc.assert(fc.property(fc.string(), unit, (text, unit) => {
    const number = readQuantity(text, unit);
    assertEquals(number === undefined || number >= 0, true);
    assertEquals(typeof quantityProblem(text, unit, "x").message, "string");
  }));
});

const never = {
  validate: () => [],
  open: () => Promise.reject(new Error("It is never opened")),
};

const WITH_UNITS = `name: shop
target: { command: deno, readyPattern: ready, readyTimeoutMs: 30s }
load:
  model: closed
  users: 10
  thinkTime: { distribution: uniform, minMs: 0.5s, maxMs: 1s500ms }
phases:
  rampUpMs: 10s
  steadyMs: 1h30m
  drainTimeoutMs: 500 ms
operations:
  - name: look
    driver: http
    request: { url: "http://127.0.0.1/", maxBodyBytes: 64KiB, body: 10s }
    timeoutMs: 2.5s
criteria:
  - { metric: latency.p99, is: below, value: 0.5s, abort: true, abortAfterMs: 1m }
  - { metric: errorRate, is: at_most, value: 1% }
  - { metric: throughput, is: at_least, value: 100/s }
`;

Deno.test("a scenario has numbers where its text has units, and is exact when it is written again", () => {
  const scenario = parseScenario(WITH_UNITS, { drivers: standardDrivers() });
  assertEquals(scenario.target?.readyTimeoutMs, 30_000);
  assertEquals(scenario.load, {
    model: "closed",
    users: 10,
    thinkTime: { distribution: "uniform", minMs: 500, maxMs: 1500 },
  });
  assertEquals(scenario.phases, {
    rampUpMs: 10_000,
    steadyMs: 5_400_000,
    drainTimeoutMs: 500,
  });
  assertEquals(
    scenario.criteria?.map(({ value, abortAfterMs }) => [value, abortAfterMs]),
    [[500, 60_000], [0.01, undefined], [100, undefined]],
  );
  // What is sent stays as it is written; the driver reads its sizes.
  const [operation] = scenario.operations;
  assertEquals(operation && "request" in operation && operation.request, {
    url: "http://127.0.0.1/",
    maxBodyBytes: "64KiB",
    body: "10s",
  });
  for (const format of ["yaml", "json"] as const) {
    const text = stringifyScenario(scenario, format);
    assertEquals(parseScenario(text, { format }), scenario);
    assertEquals(text.includes("1h30m"), false);
  }
});

Deno.test("numbers stay as they are, and so does a scenario without units", () => {
  fc.assert(fc.property(scenarios, (scenario) => {
    assertEquals(validateScenario(scenario).scenario === scenario, true);
  }));
});

Deno.test("--set takes times and rates with units", () => {
  const changed = override(chat, [
    { flag: "--set", path: ["phases", "steadyMs"], value: "2m" },
    { flag: "--set", path: ["criteria", "0", "value"], value: "1s" },
  ], { websocket: never });
  assertEquals(changed.phases?.steadyMs, 120_000);
  assertEquals(changed.criteria?.[0]?.value, 1000);
});
