/**
 * The text of a token: 256 random bits in the shape of a JSON Web Token.
 *
 * PocketBase's client reads the payload, to see when a token ends and whose it
 * is. Nothing here does: a token is found by the SHA-256 of its whole text, so
 * one with any other payload is another token, which nobody has issued.
 *
 * @module
 */
import { createHash } from "node:crypto";

/** What a token is for. */
export type TokenPurpose =
  | "auth"
  | "file"
  | "verification"
  | "password_reset"
  | "email_change";

/** What the payload of a token tells whoever holds it. */
export interface TokenClaims {
  /** What the token is for. */
  readonly purpose: TokenPurpose;
  /** Id of the collection of the account. */
  readonly collectionId: string;
  /** Id of the account's record. */
  readonly id: string;
  /** When the token ends at the latest, in milliseconds since 1970. */
  readonly endsAt: number;
}

/** A new token, with the hash to keep of it. */
export interface NewToken {
  /** The text for the holder. */
  readonly text: string;
  /** SHA-256 of the text, in base64url. */
  readonly hash: string;
}

/** PocketBase's names of what tokens are for. */
const TYPES: Readonly<Record<TokenPurpose, string>> = {
  auth: "auth",
  file: "file",
  verification: "verification",
  password_reset: "passwordReset",
  email_change: "emailChange",
};

/** An algorithm that no library verifies, for there is nothing to verify. */
const HEADER = encode({ alg: "opaque", typ: "JWT" });
const SECRET_BYTES = 32;
/** Longer texts are no tokens, and are not hashed. */
const MAX_LENGTH = 1024;
const TOKEN = /^[\w-]+\.[\w-]+\.[\w-]{43}$/;
const KEY = /^troupe_key_[\w-]{43}$/;

/** Makes a token for an account. */
export function makeToken(claims: TokenClaims): NewToken {
  const payload = encode({
    type: TYPES[claims.purpose],
    collectionId: claims.collectionId,
    id: claims.id,
    exp: Math.floor(claims.endsAt / 1000),
    ...(claims.purpose === "auth" ? { refreshable: true } : {}),
  });
  const text = `${HEADER}.${payload}.${secret()}`;
  return { text, hash: hashOf(text) };
}

/**
 * Makes the text of an API key. It has a prefix instead of a payload, by which
 * those who look for keys in files and repositories find it.
 */
export function makeKey(): NewToken {
  const text = `troupe_key_${secret()}`;
  return { text, hash: hashOf(text) };
}

/** Returns the hash by which a token is found, if a text has the form of one. */
export function hashOfToken(text: string): string | undefined {
  return text.length <= MAX_LENGTH && TOKEN.test(text)
    ? hashOf(text)
    : undefined;
}

/** Returns the hash by which a key is found, if a text has the form of one. */
export function hashOfKey(text: string): string | undefined {
  return KEY.test(text) ? hashOf(text) : undefined;
}

function secret(): string {
  return base64(crypto.getRandomValues(new Uint8Array(SECRET_BYTES)));
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}

/**
 * The client decodes with `atob`, which throws at the two characters that
 * base64url has of its own. ASCII without `>`, `?` and `~` needs neither.
 */
function encode(value: object): string {
  return base64(new TextEncoder().encode(JSON.stringify(value)));
}

function base64(bytes: Uint8Array): string {
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}
