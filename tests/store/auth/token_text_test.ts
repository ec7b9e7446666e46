import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
} from "@std/assert";
import fc from "fast-check";
import PocketBase, { getTokenPayload, isTokenExpired } from "pocketbase";
import {
  hashOfKey,
  hashOfToken,
  makeKey,
  makeToken,
} from "../../../src/store/auth/token_text.ts";

const DAY_MS = 86_400_000;
const claims = {
  purpose: "auth",
  collectionId: "users",
  id: "abcdefghij01234",
  endsAt: Date.now() + DAY_MS,
} as const;

Deno.test("PocketBase's client reads from a token whose it is and when it ends", () => {
  const { text } = makeToken(claims);
  const client = new PocketBase("http://127.0.0.1");
  client.authStore.save(text, null);
  assert(client.authStore.isValid);
  assert(!isTokenExpired(text));
  assertEquals(getTokenPayload(text), {
    type: "auth",
    collectionId: "users",
    id: claims.id,
    exp: Math.floor(claims.endsAt / 1000),
    refreshable: true,
  });
  const over = makeToken({ ...claims, endsAt: Date.now() - 1000 });
  client.authStore.save(over.text, null);
  assert(!client.authStore.isValid);
});

Deno.test("PocketBase's client can read every token: no name makes it one that atob refuses", () => {
  fc.assert(fc.property(
    fc.stringMatching(/^[a-z0-9]{15}$/),
    fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,40}$/),
    fc.integer({ min: 0, max: 2 ** 43 }),
    fc.constantFrom("auth", "verification", "password_reset", "email_change"),
    (id, collectionId, endsAt, purpose) => {
      const { text } = makeToken({ purpose, collectionId, id, endsAt });
      const payload = getTokenPayload(text);
      assertEquals(payload.id, id);
      assertEquals(payload.collectionId, collectionId);
      assertEquals(payload.exp, Math.floor(endsAt / 1000));
    },
  ));
});

Deno.test("a token with any bit changed has another hash, or is no token", () => {
  const { text, hash } = makeToken(claims);
  assertEquals(hashOfToken(text), hash);
  for (let i = 0; i < text.length; i++) {
    for (let bit = 0; bit < 8; bit++) {
      const changed = text.slice(0, i) +
        String.fromCharCode(text.charCodeAt(i) ^ 1 << bit) + text.slice(i + 1);
      assertNotEquals(hashOfToken(changed), hash, changed);
    }
  }
});

Deno.test("a text that no token has is not even hashed", () => {
  const { text } = makeToken(claims);
  for (
    const wrong of [
      "",
      "null",
      "..",
      `${text}.`,
      ` ${text}`,
      `${text}\n`,
      text.slice(0, -1),
      `${text}A`,
      `${"x".repeat(2000)}${text}`,
    ]
  ) assertEquals(hashOfToken(wrong), undefined, wrong);
  assertEquals(hashOfKey(text), undefined);
});

Deno.test("a token and a key have 256 random bits, and their hash has none of them", () => {
  const texts = new Set<string>();
  for (let i = 0; i < 1000; i++) {
    const { text, hash } = makeToken(claims);
    const secret = text.split(".")[2] ?? "";
    const bytes = Uint8Array.fromBase64(secret, { alphabet: "base64url" });
    assertEquals(bytes.length, 32);
    assert(!hash.includes(secret) && !text.includes(hash));
    texts.add(secret);
  }
  assertEquals(texts.size, 1000);
  const key = makeKey();
  assertMatch(key.text, /^troupe_key_[\w-]{43}$/);
  assertEquals(hashOfKey(key.text), key.hash);
  assertEquals(hashOfToken(key.text), undefined);
});
