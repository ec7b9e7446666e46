/**
 * Output that only fills lines: text without any sequence.
 *
 * @module
 */

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
/** Bytes that may change more than what stands in lines. */
const CHANGES = new Uint8Array(256);
for (const byte of [0x0b, 0x0c, 0x0e, 0x0f, 0x18, 0x1a, 0x1b, 0xc2]) {
  // 0xc2 starts the control characters of eight bits.
  CHANGES[byte] = 1;
}

/** Returns the index after the last byte that is not plain; 0 if all are. */
export function plainFrom(bytes: Uint8Array): number {
  for (let i = bytes.length - 1; i >= 0; i--) {
    if (CHANGES[bytes[i] ?? 0] === 1) return i + 1;
  }
  return 0;
}

/**
 * Returns where the last `count` lines start, at the beginning of a line; -1 if
 * there are not as many.
 */
export function startOfLines(bytes: Uint8Array, count: number): number {
  let at = bytes.length;
  for (let found = 0; found <= count; found++) {
    at = bytes.lastIndexOf(LINE_FEED, at - 1);
    if (at < 1) return -1;
  }
  // A line feed alone does not go to the beginning.
  return bytes[at - 1] === CARRIAGE_RETURN ? at + 1 : -1;
}

/** Returns whether there are at least `count` line feeds. */
export function hasLines(bytes: Uint8Array, count: number): boolean {
  let at = -1;
  for (let found = 0; found < count; found++) {
    at = bytes.indexOf(LINE_FEED, at + 1);
    if (at === -1) return false;
  }
  return true;
}
