/**
 * The bytes that are moved to measure how fast.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { FileProfileError } from "./profile_errors.ts";

/** Returns bytes that cannot be compressed. */
export function randomBytes(length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  // One call may fill that many.
  for (let from = 0; from < length; from += 65_536) {
    crypto.getRandomValues(bytes.subarray(from, from + 65_536));
  }
  return bytes;
}

/**
 * Checks that what comes back is what was written.
 *
 * @throws {FileProfileError} if the two differ.
 */
export function mustEqual(
  expected: Uint8Array,
  actual: Uint8Array,
  what: string,
): void {
  if (Buffer.compare(expected, actual) === 0) return;
  throw new FileProfileError(
    `Cannot measure ${what}: it returned other bytes than were written`,
  );
}
