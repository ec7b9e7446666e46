import { assert, assertEquals, assertThrows } from "@std/assert";
import { LOOPBACK_HOSTS, resolveHosts } from "../../src/web/hosts.ts";
import {
  type OriginRules,
  refusalOf,
  resolveOrigins,
  sourceOf,
} from "../../src/web/origin.ts";

const rules = {
  hosts: resolveHosts([...LOOPBACK_HOSTS, "term.example:8443", "10.0.0.7"]),
  origins: resolveOrigins(["https://friend.example"]),
};

function refused(
  kind: "page" | "api" | "socket",
  headers: Record<string, string>,
): boolean {
  return refusalOf(rules, sourceOf(new Headers(headers)), kind) !== undefined;
}

Deno.test("a request for a host in the list is allowed, with any port if none is listed", () => {
  for (
    const host of [
      "localhost",
      "localhost:7681",
      "LOCALHOST:7681",
      "127.0.0.1:1",
      "[::1]",
      "[::1]:7681",
      "term.example:8443",
      "10.0.0.7:99",
    ]
  ) assert(!refused("api", { host }), host);
});

Deno.test("a request for a host that is not in the list is refused, as with DNS rebinding", () => {
  for (
    const host of [
      "",
      "evil.example",
      "evil.example:7681",
      "localhost.evil.example",
      "127.0.0.1.evil.example",
      "term.example",
      "term.example:8444",
      "10.0.0.8",
      "localhost/@evil.example",
      "evil.example#localhost",
      "user@localhost",
      "localhost:7681:1",
      "localhost, evil.example",
    ]
  ) {
    for (const kind of ["page", "api", "socket"] as const) {
      const origin = "http://localhost";
      assert(refused(kind, { host, origin }), `${kind} ${host}`);
    }
  }
});

Deno.test("a page of the server itself is allowed, and those of listed origins", () => {
  const host = "localhost:7681";
  for (
    const origin of [
      "http://localhost:7681",
      "https://localhost:7681",
      "https://friend.example",
    ]
  ) {
    assert(!refused("socket", { host, origin }), origin);
    assert(!refused("api", { host, origin }), origin);
  }
});

Deno.test("a page of another origin is refused: another site, port or scheme, or none", () => {
  const host = "localhost:7681";
  for (
    const origin of [
      "http://evil.example",
      "http://localhost:7682",
      "http://localhost",
      "http://127.0.0.1:7681",
      "http://friend.example",
      "https://friend.example.evil.example",
      "http://localhost:7681.evil.example",
      "http://localhost:7681/",
      "ftp://localhost:7681",
      "file://",
      "null",
      "",
    ]
  ) {
    for (const kind of ["api", "socket"] as const) {
      assert(refused(kind, { host, origin }), `${kind} ${origin}`);
    }
  }
});

Deno.test("a socket needs an origin, which every browser sends", () => {
  assert(refused("socket", { host: "localhost" }));
});

Deno.test("a request without an origin is refused if the browser sends it for another site", () => {
  const host = "localhost";
  for (const site of ["cross-site", "same-site", "anything"]) {
    assert(refused("api", { host, "sec-fetch-site": site }), site);
    // A link there may lead to the page, which has nothing secret.
    assert(!refused("page", { host, "sec-fetch-site": site }), site);
  }
  assert(!refused("api", { host, "sec-fetch-site": "same-origin" }));
  assert(!refused("api", { host, "sec-fetch-site": "none" }));
  assert(!refused("api", { host }));
});

Deno.test("HTTP/2, which has no header Host, names the host in its address", () => {
  assertEquals(sourceOf(new Headers(), "a:1").host, "a:1");
  assertEquals(sourceOf(new Headers({ host: "b" }), "a:1").host, "b");
});

/** Why a request is refused, of a server with or without the option origins. */
function reason(
  headers: Record<string, string>,
  kind: "page" | "api" | "socket" = "api",
  given: OriginRules = rules,
): string | undefined {
  return refusalOf(given, sourceOf(new Headers(headers)), kind);
}

Deno.test("a refusal says what was sent, and which option to set", () => {
  const host = "localhost";
  assertEquals(
    reason({ host: "evil.example" }),
    'Cannot serve the request: Host is "evil.example", it must be in the option hosts',
  );
  assertEquals(
    reason({ host, origin: "http://evil.example" }),
    'Cannot serve the request: Origin is "http://evil.example", it must be that of this server or one in the option origins',
  );
  assertEquals(
    reason({ host }, "socket"),
    "Cannot serve the request: Origin is missing, it must be that of this server or one in the option origins",
  );
  assertEquals(
    reason({ host, "sec-fetch-site": "cross-site" }),
    'Cannot serve the request: Sec-Fetch-Site is "cross-site", other sites may only link to the page',
  );
});

Deno.test("a refusal names no option that the server does not have", () => {
  const without = { ...rules, origins: undefined };
  assertEquals(
    reason(
      { host: "localhost", origin: "http://evil.example" },
      "api",
      without,
    ),
    'Cannot serve the request: Origin is "http://evil.example", it must be that of this server',
  );
});

Deno.test("a refusal truncates a long header", () => {
  const text = reason({ host: "x".repeat(10_000) }) ?? "";
  assert(text.length < 250, text);
});

for (
  const origin of ["https://example.com/", "example.com", "HTTPS://a.b", ""]
) {
  Deno.test(`resolveOrigins() refuses ${JSON.stringify(origin)}`, () => {
    assertThrows(
      () => resolveOrigins([origin]),
      TypeError,
      `Cannot use origins: one is ${JSON.stringify(origin)}, it must be`,
    );
  });
}
