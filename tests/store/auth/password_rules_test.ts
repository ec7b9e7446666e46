import { assert, assertEquals, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import {
  faultOfAttempt,
  faultOfPassword,
  passwordBytes,
} from "../../../src/store/auth/password_rules.ts";

const BOUNDS = { minBytes: 8, maxBytes: 64 };

Deno.test("a password is the same however its letters are composed", () => {
  const composed = "s\u00e9same ouvre-toi";
  const decomposed = "se\u0301same ouvre-toi";
  assertNotEquals(composed, decomposed);
  assertEquals(passwordBytes(composed), passwordBytes(decomposed));
  // Nothing else is folded or trimmed.
  assertNotEquals(passwordBytes("Password 1"), passwordBytes("password 1"));
  assertNotEquals(passwordBytes("password 1"), passwordBytes("password 1 "));
  assertNotEquals(passwordBytes("\uff21bcdefgh"), passwordBytes("Abcdefgh"));
});

Deno.test("a password has as many bytes as the bounds say, and no U+0000", () => {
  assertEquals(faultOfPassword("12345678", BOUNDS), undefined);
  assertEquals(faultOfPassword("1234567", BOUNDS), "has fewer than 8 bytes");
  // Bytes, not letters: four of two bytes each.
  assertEquals(faultOfPassword("éèàù", BOUNDS), undefined);
  assertEquals(faultOfPassword("x".repeat(64), BOUNDS), undefined);
  const long = "has more than 64 bytes";
  assertEquals(faultOfPassword("x".repeat(65), BOUNDS), long);
  assertEquals(faultOfPassword("x".repeat(1_000_000), BOUNDS), long);
  assertEquals(
    faultOfPassword("1234\x005678", BOUNDS),
    "has the character U+0000",
  );
  assertEquals(
    faultOfPassword("12345678\ud800", BOUNDS),
    "has half a surrogate pair",
  );
});

Deno.test("a password that was set under other bounds can be tried", () => {
  assertEquals(faultOfAttempt("short", BOUNDS), undefined);
  assertEquals(faultOfAttempt("", BOUNDS), undefined);
  assertEquals(
    faultOfAttempt("x".repeat(65), BOUNDS),
    "has more than 64 bytes",
  );
});

Deno.test("no text within the bounds is refused for the number of its code units", () => {
  // The characters that need the most marks when they are taken apart.
  const characters = [..."\u1f82\u01d6\uac01\u1ed7\u00e9x"];
  fc.assert(fc.property(
    fc.array(fc.constantFrom(...characters), { minLength: 8, maxLength: 40 }),
    (parts) => {
      const text = parts.join("").normalize("NFD");
      const bytes = passwordBytes(text).length;
      assertEquals(faultOfPassword(text, BOUNDS) === undefined, bytes <= 64);
      assert(text.length <= 3 * bytes);
    },
  ));
});
