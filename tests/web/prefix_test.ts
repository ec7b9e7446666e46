import { assertEquals, assertThrows } from "@std/assert";
import { resolvePrefix } from "../../src/web/prefix.ts";

Deno.test("resolvePrefix() returns a path with a slash at its end", () => {
  assertEquals(resolvePrefix(undefined, "/ops/"), "/");
  assertEquals(resolvePrefix("/a/b.c~d-e", "/ops/"), "/a/b.c~d-e/");
  assertEquals(resolvePrefix("/a/", "/ops/"), "/a/");
});

for (const prefix of ["metrics", "/a?b", "//", "/a b", "/%2e"]) {
  Deno.test(`resolvePrefix() refuses ${JSON.stringify(prefix)}`, () => {
    assertThrows(
      () => resolvePrefix(prefix, "/ops/"),
      TypeError,
      `Cannot use prefix: it is ${
        JSON.stringify(prefix)
      }, it must be a path that starts with /, such as /ops/`,
    );
  });
}
