import { assertEquals, assertThrows } from "@std/assert";
import { resolveHosts } from "../../src/web/hosts.ts";

Deno.test("resolveHosts() returns names as requests send them", () => {
  assertEquals([...resolveHosts(["Example.com", "a:80", "[0:0::1]:8080"])], [
    "example.com",
    "a:80",
    "[::1]:8080",
  ]);
  assertEquals([...resolveHosts()], ["localhost", "127.0.0.1", "[::1]"]);
});

for (
  const host of ["", "http://localhost", "a/b", "user@a", "a:b", "[::1", "a b"]
) {
  Deno.test(`resolveHosts() refuses ${JSON.stringify(host)}`, () => {
    assertThrows(
      () => resolveHosts([host]),
      TypeError,
      `Cannot use hosts: one is ${JSON.stringify(host)}, it must be`,
    );
  });
}
