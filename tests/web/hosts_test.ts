import { assertEquals, assertThrows } from "@std/assert";
import { isAddressAllowed, resolveHosts } from "../../src/web/hosts.ts";

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

Deno.test("resolveHosts() refuses what is no text", () => {
  assertThrows(
    // As a program without types does.
    () => Reflect.apply(resolveHosts, undefined, [[80]]),
    TypeError,
    "Cannot use hosts: one is 80, it must be",
  );
});

Deno.test("resolveHosts() takes any_address only where a server allows it", () => {
  const hosts = ["any_address", "a"];
  assertEquals([...resolveHosts(hosts, { anyAddress: true })], hosts);
  assertThrows(
    () => resolveHosts(hosts),
    TypeError,
    'one is "any_address", which this server does not take, name each address',
  );
});

Deno.test("isAddressAllowed() tells addresses from names", () => {
  const hosts = resolveHosts(["any_address"], { anyAddress: true });
  for (const host of ["10.1.2.3", "10.1.2.3:9464", "[fd00::7]", "[::1]:80"]) {
    assertEquals(isAddressAllowed(hosts, host), true, host);
    assertEquals(isAddressAllowed(resolveHosts(), host), false, host);
  }
  for (
    const host of [
      "",
      "evil.example",
      "10.1.2.3.evil.example",
      "any_address",
      "10.1.2.3/x",
      "10.1.2.3:9464:1",
      "10.1.2.3, evil.example",
      "user@10.1.2.3",
    ]
  ) assertEquals(isAddressAllowed(hosts, host), false, host);
});
