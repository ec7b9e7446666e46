import { assertEquals, assertThrows } from "@std/assert";
import { resolvePrefix } from "../../src/web/prefix.ts";

Deno.test("resolvePrefix() returns a path with a slash at its end", () => {
  assertEquals(resolvePrefix(), "/");
  assertEquals(resolvePrefix("/a/b.c~d-e"), "/a/b.c~d-e/");
  assertEquals(resolvePrefix("/a/"), "/a/");
});

for (const prefix of ["metrics", "/a?b", "//", "/a b", "/%2e"]) {
  Deno.test(`resolvePrefix() refuses ${JSON.stringify(prefix)}`, () => {
    assertThrows(
      () => resolvePrefix(prefix),
      TypeError,
      `Cannot use prefix: it is ${JSON.stringify(prefix)}, it must be a path`,
    );
  });
}
