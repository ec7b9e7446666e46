/**
 * What crosses between the two ends of a socket that one thread has accepted
 * and whose session lives in another. Each direction is bounded in bytes.
 *
 * @module
 */

/** Bytes that were received until the other end learns of it. */
export const GRANT_BYTES = 65_536;
/** Bytes that a message costs besides its own. */
const MESSAGE_BYTES = 32;

/**
 * From the thread that has accepted the socket: messages of the viewer, of which
 * a text is always empty; how many bytes of frames have arrived; and `"open"`
 * and `"closed"`, which is the last.
 */
export type FromAcceptor = ArrayBuffer | "" | number | "open" | "closed";

/**
 * From the thread of the session: frames; the cost of the messages that it has
 * heard; and the close of the socket, after which it sends nothing.
 */
export type FromSession =
  | Uint8Array<ArrayBuffer>
  | number
  | { readonly code: number; readonly reason: string };

/** Returns what a message of a viewer counts for. */
export function costOf(message: ArrayBuffer | ""): number {
  return MESSAGE_BYTES + (message === "" ? 0 : message.byteLength);
}
