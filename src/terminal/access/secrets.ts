/**
 * Secrets of 256 random bits, of which this process keeps only the hash.
 *
 * @module
 */
import { createHash, timingSafeEqual } from "node:crypto";

/** The part of a secret that is kept to recognize it. */
export interface SecretRecord {
  /** Public id of the record. */
  readonly id: string;
  /** SHA-256 of the secret. */
  readonly hash: Uint8Array;
}

/** A new secret, with the record to keep of it. */
export interface NewSecret {
  /** Text for the holder, `id.secret`: 60 letters, digits, `-` and `_`. */
  readonly text: string;
  /** Record by which the text is recognized. */
  readonly record: SecretRecord;
}

/** Bytes of the public half: enough that no two records have the same. */
const ID_BYTES = 12;
/** Bytes of the secret half. */
const SECRET_BYTES = 32;
/** The form of the texts that `makeSecret` makes. */
const FORM = /^([\w-]{16})\.([\w-]{43})$/;

/** Makes a new secret. */
export function makeSecret(): NewSecret {
  const id = random(ID_BYTES);
  const secret = random(SECRET_BYTES);
  return { text: `${id}.${secret}`, record: { id, hash: sha256(secret) } };
}

/**
 * Returns the record that a text belongs to, if its secret is right. The record
 * is found by its public half; the secret half is compared in constant time.
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
