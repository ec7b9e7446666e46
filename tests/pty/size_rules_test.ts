import { assertEquals } from "@std/assert";
import { SizeClaims } from "../../src/pty/size_rules.ts";

const LARGE = { columns: 116, rows: 37 };
const SMALL = { columns: 43, rows: 29 };
const MIDDLE = { columns: 80, rows: 24 };

Deno.test("the first viewer that names a size owns it, and others do when they claim it", () => {
  const claims = new SizeClaims<string>();
  assertEquals(claims.propose("desktop", LARGE), LARGE);
  assertEquals(claims.propose("phone", SMALL), undefined);
  assertEquals(claims.owner, "desktop");
  assertEquals(claims.claim("phone"), SMALL);
  assertEquals(claims.propose("desktop", MIDDLE), undefined);
  assertEquals(claims.propose("phone", LARGE), LARGE);
  assertEquals(claims.claim("nobody"), undefined);
  assertEquals(claims.owner, "phone");
});

Deno.test("when the owner of a size leaves, whoever owned it before does again", () => {
  const claims = new SizeClaims<string>();
  claims.propose("desktop", LARGE);
  claims.propose("looker", MIDDLE);
  claims.propose("phone", SMALL);
  claims.claim("phone");
  assertEquals(claims.leave("looker"), undefined);
  assertEquals(claims.leave("phone"), LARGE);
  assertEquals(claims.owner, "desktop");
  assertEquals(claims.leave("desktop"), undefined);
  assertEquals(claims.owner, undefined);
  assertEquals(claims.propose("phone", SMALL), SMALL);
});

Deno.test("a size that nobody's viewer set stays until a viewer claims its own", () => {
  const claims = new SizeClaims<string>();
  claims.propose("desktop", LARGE);
  assertEquals(claims.set(undefined, MIDDLE), MIDDLE);
  assertEquals(claims.owner, undefined);
  assertEquals(claims.propose("desktop", SMALL), undefined);
  assertEquals(claims.claim("desktop"), SMALL);
});
