import { assertEquals, assertThrows } from "@std/assert";
import { nestedRepeat } from "../../../src/load/scenario/safe_pattern.ts";
import { ScenarioError } from "../../../src/load/scenario/scenario_error.ts";
import { parseScenario } from "../../../src/load/scenario/scenario_text.ts";

const scenario = (pattern: string) =>
  `name: tokens
load: { model: closed, users: 1 }
phases: { steadyMs: 1s }
operations:
  - name: log in
    steps:
      - name: get
        driver: http
        request: { url: "http://127.0.0.1:1/" }
        capture: { token: { field: body, pattern: '${pattern}' } }
`;

Deno.test("a pattern that repeats what is repeated is refused, with what to do", () => {
  const error = assertThrows(
    () => parseScenario(scenario("x((\\d+,)*)y")),
    ScenarioError,
  );
  const text = error.message;
  assertEquals(
    text.includes('repeats what is repeated in "(\\\\d+,)*"'),
    true,
    text,
  );
  assertEquals(text.includes("{0,20}"), true, text);
  parseScenario(scenario("x((\\d+,){0,20})y"));
});

for (
  const [pattern, nested] of [
    ['name="csrf" value="([^"]+)"', undefined],
    ["^(\\w+)", undefined],
    ["(?<port>\\d+)", undefined],
    ["(a|b)*c", undefined],
    ["(?:ab)+c*", undefined],
    ["([a+*]+)x", undefined],
    ["\\(a+\\)*", undefined],
    ["(a{2,5}b)*", undefined],
    ["(a+){1,3}", undefined],
    ["(a+)?", undefined],
    ["a**".slice(0, 2), undefined],
    ["(a+)+", "(a+)+"],
    ["x(?:\\w*,)*y", "(?:\\w*,)*"],
    ["((a+)b)+", "((a+)b)+"],
    ["(a{2,}){3,}", "(a{2,}){3,}"],
    ["(?<n>[^)]+;)*?", "(?<n>[^)]+;)*"],
    ["(?=a+)b", undefined],
  ] as const
) {
  Deno.test(`in ${pattern}, ${nested ?? "nothing"} repeats what is repeated`, () => {
    new RegExp(pattern);
    assertEquals(nestedRepeat(pattern), nested);
  });
}
