import { assertEquals } from "@std/assert";
import { coresOf } from "../../bench/support/cores.ts";

Deno.test("a list of cores is read as the kernel writes it", () => {
  assertEquals(coresOf("0-3,6"), [0, 1, 2, 3, 6]);
  assertEquals(coresOf("1"), [1]);
  assertEquals(coresOf("0,2-3,8-9"), [0, 2, 3, 8, 9]);
  assertEquals(coresOf(""), []);
});
