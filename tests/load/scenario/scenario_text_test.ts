import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { Driver } from "../../../src/load/driver.ts";
import { ScenarioError } from "../../../src/load/scenario/scenario_error.ts";
import {
  parseScenario,
  type ParseScenarioOptions,
  stringifyScenario,
} from "../../../src/load/scenario/scenario_text.ts";
import { chat, scenarios } from "../scenarios.ts";

/** What a text is refused with. */
function refusal(text: string, options?: ParseScenarioOptions): string {
  return assertThrows(() => parseScenario(text, options), ScenarioError)
    .message;
}

const WITH_TYPOS = `name: chat
load:
  model: closed
  user: 10
phases:
  steadyMs: ten seconds
operations:
  - name: send
    driver: websokcet
    request: { url: "ws://127.0.0.1/" }
criteria:
  - metric: latency.p9
    is: below
    value: 50
`;

const websocket: Driver = {
  validate: ({ url }) =>
    url === "ws://localhost/"
      ? []
      : [{ path: ["url"], message: "is somewhere else" }],
  open: () => Promise.reject(new Error("It is never opened")),
};

Deno.test("a YAML file with typos is refused with lines, columns and suggestions", () => {
  assertEquals(
    refusal(WITH_TYPOS, { fileName: "chat.yaml", drivers: { websocket } }),
    `Cannot use the scenario:
chat.yaml:2:1: load.users is missing, it must be a whole number from 1 to 1000000
chat.yaml:4:3: load.user is not a known field, did you mean "users"?
chat.yaml:6:3: phases.steadyMs is "ten seconds", it must be a number above 0 and at most 2147483647
chat.yaml:9:5: operations[0].driver is "websokcet", did you mean "websocket"?
chat.yaml:12:5: criteria[0].metric is "latency.p9", did you mean "latency.p90"?`,
  );
});

Deno.test("a JSON file with typos is refused with lines, columns and suggestions", () => {
  const scenario = { ...chat, load: { ...chat.load, user: 10 } };
  const text = JSON.stringify(scenario, null, "\t");
  assertEquals(
    refusal(text, { fileName: "chat.json" }),
    `Cannot use the scenario:
chat.json:10:3: load.user is not a known field, did you mean "users"?`,
  );
});

Deno.test("a mistake that a driver finds in a request is reported at its place", () => {
  const text = WITH_TYPOS.replace("user:", "users:").replace("p9\n", "p99\n")
    .replace("ten seconds", "10000").replace("websokcet", "websocket");
  assertEquals(
    refusal(text, { drivers: { websocket } }),
    `Cannot use the scenario:
scenario:10:16: operations[0].request.url is somewhere else`,
  );
});

Deno.test("the issues of a refused text have paths, places and suggestions", () => {
  const { issues } = assertThrows(
    () => parseScenario(WITH_TYPOS),
    ScenarioError,
  );
  assertEquals(issues[1], {
    path: ["load", "user"],
    message: 'load.user is not a known field, did you mean "users"?',
    suggestion: "users",
    line: 4,
    column: 3,
  });
});

for (const format of ["yaml", "json"] as const) {
  Deno.test(`a scenario is the same after it was written and parsed in ${format}`, () => {
    fc.assert(
      fc.property(scenarios, (scenario) => {
        const text = stringifyScenario(scenario, format);
        assertEquals(parseScenario(text, { format }), scenario);
      }),
    );
  });
}

for (
  const [what, text, message] of [
    [
      "a wrong indentation",
      "name: chat\n  load: 1\n",
      "1:7: Nested mappings are not allowed in compact mappings",
    ],
    ["a key twice", "name: a\nname: b\n", "2:1: Map keys must be unique"],
    ["a key of a list", "? [a]\n: b\n", "1:3: With stringKeys, all keys"],
    ["a tag", "name: !!binary aGVsbG8=\n", "1:7: Unresolved tag: "],
    ["a tag of its own", "name: !secret x\n", "1:7: Unresolved tag: !secret"],
    [
      "two documents",
      "name: a\n---\nname: b\n",
      "2:1: Source contains multiple documents",
    ],
    ["an alias of nothing", "name: *chat\n", "1:7: Unresolved alias"],
    [
      "the tags of YAML 1.1",
      "%YAML 1.1\n---\nname: !!set { a }\n",
      "3:7: Unresolved tag: ",
    ],
    ["nothing", "", "1:1: the scenario is null, it must be an object"],
  ]
) {
  Deno.test(`YAML with ${what} is refused`, () => {
    const found = refusal(text ?? "", { fileName: "a.yaml" });
    assertEquals(
      found.split("\n")[1]?.slice(0, `a.yaml:${message}`.length),
      `a.yaml:${message}`,
    );
  });
}

Deno.test("YAML whose aliases would fill the memory is refused", () => {
  const levels = Array.from(
    { length: 9 },
    (_, level) =>
      `  l${level + 1}: &l${level + 1} [${Array(9).fill(`*l${level}`)}]\n`,
  );
  const found = refusal(`bomb:\n  l0: &l0 [x]\n${levels.join("")}`);
  assertEquals(found.includes("Excessive alias count"), true);
});

Deno.test("YAML that is nested too deeply is refused", () => {
  const found = refusal("[".repeat(100_000));
  assertEquals(found.includes("Maximum call stack size exceeded"), true);
});

Deno.test("an alias can be used for what is needed twice", () => {
  const text = stringifyScenario(chat)
    .replace("users: 10", "users: &n 10")
    .replace("weight: 9", "weight: *n");
  assertEquals(parseScenario(text).operations[1]?.weight, 10);
});

Deno.test("a mistake behind an alias is reported at its place", () => {
  const found = refusal(
    `${stringifyScenario(chat)}tags: &t { a: 1 }\nfeeders: *t\n`,
    { fileName: "a.yaml" },
  );
  assertEquals(found.split("\n").slice(1), [
    "a.yaml:23:12: feeders.a is 1, it must be an object",
    "a.yaml:23:12: tags.a is 1, it must be a string",
  ]);
});

Deno.test("a scenario inside itself is refused", () => {
  const text = stringifyScenario(chat)
    .replace("request: {}", "request: &r { a: *r }");
  assertThrows(() => parseScenario(text), ScenarioError);
});

Deno.test("what only YAML allows is refused in JSON", () => {
  assertEquals(
    refusal('{\n  name: "chat" }', { fileName: "a.json" }),
    "Cannot use the scenario:\na.json:2:3: Expected property name or '}' in JSON at position 4 (line 2 column 3)",
  );
});

Deno.test("a duplicate key is refused in JSON too", () => {
  assertEquals(
    refusal('{"name": "a",\n "name": "b"}', { format: "json" }),
    "Cannot use the scenario:\nscenario:2:2: Map keys must be unique",
  );
});
