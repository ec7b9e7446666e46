import { assert, assertEquals } from "@std/assert";
import { PAGE_POLICY, secured } from "../../src/web/security_headers.ts";

Deno.test("the policy of pages allows nothing unsafe and no other host", () => {
  assert(PAGE_POLICY.startsWith("default-src 'none'; "));
  assertEquals(/unsafe|\*|http|data:|nonce/.test(PAGE_POLICY), false);
});

Deno.test("secured() forbids to store a response unless it says otherwise", () => {
  const plain = secured(new Response("a"));
  assertEquals(plain.headers.get("content-security-policy"), PAGE_POLICY);
  assertEquals(plain.headers.get("cache-control"), "no-store");
  const cached = new Response("a", {
    headers: { "cache-control": "no-cache" },
  });
  assertEquals(secured(cached).headers.get("cache-control"), "no-cache");
});
