/**
 * The wire of the Go package `github.com/pulsyflux/tcp`, formerly `tcp-conn`.
 * It carries chunks of messages and nothing else: no preface, no open, no
 * close, no credit, no ping. The numbers are that package's.
 *
 * @module
 */

/** Bytes of an id: a UUID as text. */
export const ID_BYTES = 36;

/** Bytes before the data: length of the id, id, length of message and chunk. */
export const HEADER_BYTES: number = 1 + ID_BYTES + 4 + 4;

/** Data bytes of the largest chunk. */
export const MAX_CHUNK_BYTES = 65_536;

/** Bytes of the largest message. */
export const MAX_MESSAGE_BYTES = 16_777_216;

/**
 * Messages of several chunks that may be under way at once in one direction
 * of a socket: with one more, the Go package silently stops reading.
 */
export const MAX_STARTED_MESSAGES = 64;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Returns a UUID in lower case, as on the wire, or `undefined` for others. */
export function normalizeId(id: string): string | undefined {
  const lower = id.toLowerCase();
  return UUID.test(lower) ? lower : undefined;
}
