import { assertEquals } from "@std/assert";
import { programOf } from "../../../src/load/cli/repeated_command.ts";

Deno.test("the command that repeats a run names the task in a clone, and elsewhere the package", () => {
  const main = new URL("../../../src/load/cli/main.ts", import.meta.url).href;
  const clone = new URL("../../../", import.meta.url).pathname;
  const elsewhere = ["deno", "run", "-A", "jsr:@troupe/troupe/load/cli"];
  const task = ["deno", "task", "load"];
  assertEquals(programOf(main, clone), task);
  assertEquals(programOf(main, `${clone}examples`), task);
  assertEquals(programOf(main, "/"), elsewhere);
  assertEquals(programOf(main, `${clone.slice(0, -1)}-other`), elsewhere);
  assertEquals(programOf(main, undefined), elsewhere);
  const own = ["deno", "run", "-A", "file:///own.ts"];
  assertEquals(programOf("file:///own.ts", clone), own);
});
