import { assertEquals } from "@std/assert";
import { StorageRefusedError } from "../../../src/storage/mod.ts";
import { problemOf } from "../../../src/store/http/problem_of.ts";

Deno.test("a file for which there is no room is a 507, and what else a storage refuses is a fault of ours", async () => {
  const problem = problemOf(new StorageRefusedError("Cannot put", "ENOSPC"));
  const response = problem?.toResponse();
  assertEquals(response?.status, 507);
  assertEquals((await response?.json()).code, "disk_full");
  assertEquals(problemOf(new StorageRefusedError("No", "EACCES")), undefined);
});
