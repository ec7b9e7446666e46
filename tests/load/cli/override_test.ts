import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { override } from "../../../src/load/cli/override.ts";
import type { DriverMap } from "../../../src/load/driver.ts";
import type { JsonValue } from "../../../src/codec/mod.ts";
import type { Scenario } from "../../../src/load/scenario/scenario.ts";
import { ScenarioError } from "../../../src/load/scenario/scenario_error.ts";
import { chat } from "../scenarios.ts";

const drivers: DriverMap = {
  websocket: {
    validate: () => [],
    open: () => Promise.reject(new TypeError("It is never opened")),
  },
};

function change(key: string, value: JsonValue): Scenario {
  const flag = `--set ${key}=${value}`;
  return override(chat, [{ flag, path: key.split("."), value }], drivers);
}

function refusal(key: string, value: JsonValue): string {
  return assertThrows(() => change(key, value), ScenarioError).message;
}

Deno.test("an override changes fields and items, and adds fields", () => {
  const { load } = change("load.users", 3);
  assertEquals(load.model === "closed" && load.users, 3);
  assertEquals(change("operations.1.weight", 4).operations[1]?.weight, 4);
  assertEquals(change("tags.release", "7").tags, { release: "7" });
  assertEquals(chat.operations[1]?.weight, 9);
});

Deno.test("what --set changes is validated like a file, and the error names the flag", () => {
  assertStringIncludes(
    refusal("load.user", 3),
    'load.user is not a known field, did you mean "users"? (changed by --set load.user=3)',
  );
  assertStringIncludes(refusal("load.users", "many"), "load.users");
});

Deno.test("an override of what does not exist is refused", () => {
  assertStringIncludes(
    refusal("operations.7.weight", 1),
    'operations has the items 0 to 1, but not "7"',
  );
  assertStringIncludes(refusal("name.first", 1), 'name is "chat"');
  assertStringIncludes(refusal("__proto__.x", 1), "__proto__");
});
