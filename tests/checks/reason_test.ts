import { assertEquals } from "@std/assert";
import { reasonOf } from "../../src/checks/internal.ts";

for (
  const [what, cause, reason] of [
    ["the message of an error", new Error("no route"), "no route"],
    ["the message of a subclass", new RangeError("too far"), "too far"],
    ["the name of an error without a message", new TypeError(), "TypeError"],
    ["the message of a DOMException", new DOMException("gone"), "gone"],
    ["a string as it is", "no route", "no route"],
    ["undefined as a word", undefined, "undefined"],
    ["a symbol by its name", Symbol("stop"), "Symbol(stop)"],
    ["a text for what has none", Object.create(null), "an unknown cause"],
  ] as const
) {
  Deno.test(`reasonOf() returns ${what}`, () => {
    assertEquals(reasonOf(cause), reason);
  });
}
