import { assert } from "@std/assert";
import { equalSecrets } from "../../src/session/credentials.ts";
import { utf8 } from "../support/bytes.ts";

Deno.test("equal secrets are equal", () => {
  assert(equalSecrets(utf8("open sesame"), utf8("open sesame")));
  assert(equalSecrets(utf8(""), utf8("")));
});

Deno.test("secrets that differ in one bit are not equal", () => {
  assert(!equalSecrets(utf8("open sesame"), utf8("open sesamd")));
});

Deno.test("secrets of different lengths are not equal, and no error", () => {
  assert(!equalSecrets(utf8("open"), utf8("open sesame")));
  assert(!equalSecrets(utf8(""), utf8("open sesame")));
});
