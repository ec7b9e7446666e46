import { assertThrows } from "@std/assert";
import { checkOneOf } from "../../src/checks/internal.ts";

const groups = ["system", "top_level", "path"] as const;
const choice = 'it must be "system", "top_level" or "path"';

Deno.test("checkOneOf() takes each of the strings", () => {
  for (const group of groups) checkOneOf("groupBy", group, groups);
});

for (
  const [value, text] of [
    ["all", `it is "all", ${choice}`],
    ["", `it is "", ${choice}`],
    [undefined, `it is missing, ${choice}`],
    [["path"], `it is an array, ${choice}`],
    ["top-level", `it is "top-level", did you mean "top_level"? (${choice})`],
    ["topLevel", `it is "topLevel", did you mean "top_level"? (${choice})`],
    ["Path", `it is "Path", did you mean "path"? (${choice})`],
    ["sytem", `it is "sytem", did you mean "system"? (${choice})`],
    ["top_levle", `it is "top_levle", did you mean "top_level"? (${choice})`],
    ["constructor", `it is "constructor", ${choice}`],
  ] as const
) {
  Deno.test(`checkOneOf() refuses ${Deno.inspect(value)}`, () => {
    assertThrows(
      () => checkOneOf("groupBy", value, groups),
      TypeError,
      `Cannot use groupBy: ${text}`,
    );
  });
}

Deno.test("checkOneOf() names a single choice without a list", () => {
  assertThrows(
    () => checkOneOf("mode", "x", ["strict"]),
    TypeError,
    'it must be "strict"',
  );
});
