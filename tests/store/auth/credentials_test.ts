import { assertEquals } from "@std/assert";
import {
  endedCookie,
  sessionCookie,
  tokenOf,
} from "../../../src/store/auth/credentials.ts";

function read(headers: Record<string, string>): string | undefined {
  return tokenOf({ headers: new Headers(headers) });
}

Deno.test("a token is read from the header, bare or after Bearer, and then from a cookie", () => {
  assertEquals(read({}), undefined);
  assertEquals(read({ authorization: "a.b.c" }), "a.b.c");
  assertEquals(read({ authorization: "Bearer a.b.c" }), "a.b.c");
  assertEquals(read({ authorization: "BEARER   a.b.c" }), "a.b.c");
  const cookie = "other=1; troupe_session=d.e.f; more=x=y";
  assertEquals(read({ cookie }), "d.e.f");
  assertEquals(read({ cookie, authorization: "a.b.c" }), "a.b.c");
  assertEquals(
    read({ cookie: `${cookie}; __Host-troupe_session=g.h.i` }),
    "g.h.i",
  );
  assertEquals(read({ cookie: "troupe_session=" }), undefined);
  assertEquals(read({ cookie: "xtroupe_session=d.e.f" }), undefined);
});

Deno.test("a cookie counts for requests of pages of this server alone", () => {
  const cookie = "troupe_session=d.e.f";
  const host = "example.com";
  for (
    const headers of [
      { "sec-fetch-site": "same-origin" },
      { "sec-fetch-site": "none" },
      { origin: "https://example.com" },
      {},
    ] as Record<string, string>[]
  ) assertEquals(read({ cookie, host, ...headers }), "d.e.f");
  for (
    const headers of [
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
      { origin: "https://evil.example" },
      { origin: "https://sub.example.com" },
      { origin: "null" },
    ] as Record<string, string>[]
  ) assertEquals(read({ cookie, host, ...headers }), undefined);
  // A header is sent by no page of another site unless it was allowed to.
  const authorization = "a.b.c";
  const site = { "sec-fetch-site": "cross-site" };
  assertEquals(read({ cookie, host, authorization, ...site }), "a.b.c");
});

Deno.test("the cookie is for no script, no other site, and over TLS for no other host", () => {
  const endsAt = Date.UTC(2030, 0, 2);
  assertEquals(
    sessionCookie("a.b.c", endsAt, true),
    "__Host-troupe_session=a.b.c; Path=/; HttpOnly; SameSite=Strict; Secure; Expires=Wed, 02 Jan 2030 00:00:00 GMT",
  );
  assertEquals(
    sessionCookie("a.b.c", endsAt, false),
    "troupe_session=a.b.c; Path=/; HttpOnly; SameSite=Strict; Expires=Wed, 02 Jan 2030 00:00:00 GMT",
  );
  assertEquals(
    endedCookie(true),
    "__Host-troupe_session=; Path=/; HttpOnly; SameSite=Strict; Secure; Max-Age=0",
  );
});
