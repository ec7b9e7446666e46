import { assert, assertEquals, assertThrows } from "@std/assert";
import { standardDrivers } from "../../../src/load/drivers/drivers.ts";
import {
  ScenarioError,
  type ScenarioIssue,
} from "../../../src/load/scenario/scenario_error.ts";
import { parseScenario } from "../../../src/load/scenario/scenario_text.ts";
import { MISTAKES, SHOP, STAGED } from "./mistakes.ts";

const drivers = standardDrivers();

function issuesOf(
  text: string,
  format: "yaml" | "json" = "yaml",
): readonly ScenarioIssue[] {
  return assertThrows(
    () => parseScenario(text, { drivers, format }),
    ScenarioError,
  ).issues;
}

/** Returns a text with a part of it written in another way. */
function edit(
  text: string,
  [before, after]: readonly [before: string, after: string],
): string {
  assertEquals(text.split(before).length, 2, `once: ${before}`);
  return text.replace(before, () => after);
}

function linesOf(issues: readonly ScenarioIssue[]): string[] {
  return issues.map(({ line, column, message }) =>
    `${line}:${column}: ${message}`
  );
}

Deno.test("the scenarios with which mistakes are made have none", () => {
  for (const text of [SHOP, STAGED]) parseScenario(text, { drivers });
});

Deno.test("there are more than sixty kinds of mistakes", () => {
  assert(MISTAKES.length > 60);
  assertEquals(new Set(MISTAKES.map(({ what }) => what)).size, MISTAKES.length);
});

for (const { what, base = SHOP, write, says, meant } of MISTAKES) {
  Deno.test(`${what} is reported at its place, with what was meant`, () => {
    const issues = issuesOf(edit(base, write));
    assertEquals(linesOf(issues), says);
    const suggestions = issues.flatMap(({ suggestion }) => suggestion ?? []);
    assertEquals(suggestions[0], meant);
  });
}

Deno.test("all mistakes that stand in different places of one file are reported at once", () => {
  const some = MISTAKES.filter(({ together }) => together);
  assert(some.length > 30, `${some.length}`);
  const text = some.reduce((text, { write }) => edit(text, write), SHOP);
  const withoutColumns = (lines: readonly string[]) =>
    lines.map((line) => line.replace(/^(\d+):\d+/, "$1")).sort();
  const found = issuesOf(text);
  // Some stand in one line, where the one moves the other.
  assertEquals(
    withoutColumns(linesOf(found)),
    withoutColumns(some.flatMap(({ says }) => says)),
  );
  const places = found.map(({ line = 0, column = 0 }) => line * 1000 + column);
  assertEquals(places, places.toSorted((a, b) => a - b));
});

Deno.test("mistakes in JSON are reported at their places, all at once", () => {
  const text = `{
  "name": "shop",
  "load": { "model": "closd", "users": "10" },
  "phases": { "steadyMs": "10 sec", "rampupMs": 5 },
  "operations": [
    { "name": "look", "driver": "htpp", "request": { "url": "http://a/" } },
    {
      "name": "buy",
      "driver": "http",
      "request": { "ulr": "http://a/", "methd": "PUT" },
      "timeoutMs": 0
    }
  ],
  "criteria": [
    { "metric": "latency.p101", "is": "below", "value": 5 },
    { "metric": "errorRate", "is": "belov", "value": "1 %" }
  ]
}`;
  assertEquals(
    issuesOf(text, "json").map(({ line, column, message, suggestion = "" }) =>
      `${line}:${column} ${message} [${suggestion}]`
    ),
    [
      '3:13 load.model is "closd", did you mean "closed"? [closed]',
      '3:31 load.users is "10", write 10 without quotes [10]',
      '4:15 phases.steadyMs is "10 sec", did you mean "10s"? [10s]',
      '4:37 phases.rampupMs is not a known field, did you mean "rampUpMs"? [rampUpMs]',
      '6:23 operations[0].driver is "htpp", did you mean "http"? [http]',
      '10:20 operations[1].request.ulr is not a known field, did you mean "url"? [url]',
      '10:40 operations[1].request.methd is not a known field, did you mean "method"? [method]',
      "11:7 operations[1].timeoutMs is 0, it must be a number above 0 and at most 2147483647 []",
      '15:7 criteria[0].metric is "latency.p101", a percentile must be above 0 and at most 100, such as latency.p99 []',
      '16:30 criteria[1].is is "belov", did you mean "below"? [below]',
    ],
  );
});
