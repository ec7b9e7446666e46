import { assertThrows } from "@std/assert";
import { checkNoArguments } from "../../src/checks/internal.ts";

Deno.test("checkNoArguments() takes none, and those that are left out", () => {
  checkNoArguments("f()", []);
  checkNoArguments("f()", [undefined]);
});

for (
  const [given, text] of [
    [[1000], "it is 1000"],
    [[{}], "it is an object"],
    [[undefined, "x"], 'it is "x"'],
    [[null], "it is missing"],
  ] as const
) {
  Deno.test(`checkNoArguments() refuses ${Deno.inspect(given)}`, () => {
    assertThrows(
      () => checkNoArguments("f()", given),
      TypeError,
      `Cannot use an argument of f(): ${text}, it must be left out`,
    );
  });
}
