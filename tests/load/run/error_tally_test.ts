import { assertEquals } from "@std/assert";
import { ErrorTally } from "../../../src/load/run/error_tally.ts";

Deno.test("errors are tallied in bounded memory, the most frequent first", () => {
  const tally = new ErrorTally();
  for (let i = 0; i < 1000; i++) tally.add(new Error(`number ${i}`));
  for (let i = 0; i < 5; i++) tally.add("number 7");
  for (let i = 0; i < 3; i++) tally.add(new Error("number 7"));
  const top = tally.top();
  assertEquals(top.length, 20);
  assertEquals(top[0], { message: "(other errors)", count: 805 });
  assertEquals(top[1], { message: "Error: number 7", count: 4 });
});
