/**
 * Secrets of 256 random bits, which this process forgets but for their hash.
 *
 * @module
 */
import { createHash, timingSafeEqual } from "node:crypto";

/** What is kept of a secret: enough to know it again. */
export interface SecretRecord {
  /** Finds the record; says nothing of the secret. */
  readonly id: string;
  /** The SHA-256 of the secret. */
  readonly hash: Uint8Array;
}

/** A secret that was made. */
export interface NewSecret {
  /** `id.secret`, for whoever is to have it: 60 letters, digits, `-`, `_`. */
  readonly text: string;
  /** What to keep of it. */
  readonly record: SecretRecord;
}

/** Bytes of the public half, so that no two records meet. */
const ID_BYTES = 12;
/** Bytes of the secret half. */
const SECRET_BYTES = 32;
/** What `makeSecret` makes; nothing else is looked at. */
const FORM = /^([\w-]{16})\.([\w-]{43})$/;

/** Makes a secret. */
export function makeSecret(): NewSecret {
  const id = random(ID_BYTES);
  const secret = random(SECRET_BYTES);
  return { text: `${id}.${secret}`, record: { id, hash: sha256(secret) } };
}

/**
 * The record that a text belongs to, if it has the right secret. The record is
 * found by its public half, and the secret half is compared in a time that
 * says nothing of it.
 */
export function findSecret<R extends SecretRecord>(
  records: ReadonlyMap<string, R>,
  text: string,
): R | undefined {
  const [, id = "", secret = ""] = FORM.exec(text) ?? [];
  const record = records.get(id);
  if (record === undefined) return undefined;
  return timingSafeEqual(record.hash, sha256(secret)) ? record : undefined;
}

function random(bytes: number): string {
  return crypto.getRandomValues(new Uint8Array(bytes)).toBase64({
    alphabet: "base64url",
    omitPadding: true,
  });
}

function sha256(text: string): Uint8Array {
  return createHash("sha256").update(text).digest();
}
