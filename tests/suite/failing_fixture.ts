/**
 * Tests that fail: `main_test.ts` runs them, and reads how that is told.
 *
 * @module
 */
import { assertEquals } from "@std/assert";

Deno.test("it isn't so", () => assertEquals(1, 2));

Deno.test("it is so", () => {});

Deno.test("a step is not so", async (test) => {
  await test.step("one", () => {});
  await test.step("two", () => assertEquals(1, 2));
});

Deno.test({ name: "it is not run", ignore: true, fn() {} });
