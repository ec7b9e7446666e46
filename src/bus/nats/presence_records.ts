/**
 * What is said of one who is there, as it is published and kept.
 *
 * @module
 */
import { msgpack, type MsgpackValue } from "../../codec/mod.ts";

/** What an entry says of itself. */
export interface PresenceRecord {
  readonly key: string;
  readonly meta: MsgpackValue;
  /** Grows with each update; the same with a sign of life. */
  readonly version: number;
  /** Whether it has left. */
  readonly isGone: boolean;
}

const CODEC = msgpack();
/** Bytes of the longest record: a key of 255 bytes, and what is said of it. */
const MAX_RECORD_BYTES = 66_560;
const MAX_KEY_BYTES = 255;

/** Returns a record as bytes. */
export function encodeRecord(record: PresenceRecord): Uint8Array {
  const { key, meta, version, isGone } = record;
  return CODEC.encode([key, meta, version, isGone]);
}

/** Reads a record; `undefined` if the bytes are none that `track()` sends. */
export function decodeRecord(bytes: Uint8Array): PresenceRecord | undefined {
  if (bytes.length > MAX_RECORD_BYTES) return undefined;
  try {
    const value = CODEC.decode(bytes);
    if (!Array.isArray(value)) return undefined;
    const [key, meta, version, isGone] = value;
    if (typeof key !== "string" || key === "") return undefined;
    if (new TextEncoder().encode(key).length > MAX_KEY_BYTES) return undefined;
    if (!Number.isSafeInteger(version)) return undefined;
    return { key, meta: meta ?? null, version, isGone: isGone === true };
  } catch (_error) {
    return undefined;
  }
}

/** Returns a topic as a token of a subject. */
export function topicToken(topic: string): string {
  return new TextEncoder().encode(topic).toBase64({
    alphabet: "base64url",
    omitPadding: true,
  });
}
