/**
 * The sequence or character in which output stops: pure decisions.
 *
 * @module
 */

const ESCAPE = 0x1b;
/** Sequences that start with these bytes carry text, not control characters. */
const STRINGS: ReadonlySet<number> = new Set([0x50, 0x58, 0x5d, 0x5e, 0x5f]);
/** The same as control characters of eight bits, with CSI. */
const EIGHT_BITS: ReadonlySet<number> = new Set([
  0x90,
  0x98,
  0x9b,
  0x9d,
  0x9e,
  0x9f,
]);
const CSI = 0x9b;
/** Bytes of a sequence that are kept; beyond them, its rest is ignored. */
const MAX_BYTES = 262_144;
const NOTHING = new Uint8Array(0);

/** What a terminal has of a sequence that is not complete. */
export class Unfinished {
  #bytes: Uint8Array<ArrayBuffer> = NOTHING;
  #isTooLong = false;

  /**
   * Takes bytes that were parsed after those before; `isGround` is whether the
   * parser is outside of a sequence now.
   */
  take(bytes: Uint8Array, isGround: boolean): void {
    if (isGround) {
      // A character in pieces may have started before these bytes.
      const seen = this.#bytes.length > 3 || this.#isTooLong
        ? bytes
        : joined(this.#bytes, bytes.subarray(-4), bytes.length > 4);
      this.#isTooLong = false;
      this.#bytes = seen.slice(seen.length - partOfCharacter(seen));
      return;
    }
    const start = lastStart(bytes, this.#bytes.at(-1));
    if (start === -1) {
      if (!this.#isTooLong) this.#append(bytes);
      return;
    }
    this.#isTooLong = false;
    const isCut = start < 0;
    this.#bytes = isCut ? this.#bytes.slice(-1) : NOTHING;
    this.#append(bytes.subarray(Math.max(0, start)));
  }

  /** The bytes that bring a new terminal into the same sequence. */
  get bytes(): Uint8Array {
    // A string that is ignored, and ends where the other one does.
    if (this.#isTooLong) return new Uint8Array([ESCAPE, 0x58]);
    return isString(this.#bytes)
      ? this.#bytes
      : this.#bytes.filter((byte) => !isExecuted(byte));
  }

  #append(bytes: Uint8Array): void {
    if (this.#bytes.length + bytes.length > MAX_BYTES) {
      this.#isTooLong = true;
      this.#bytes = NOTHING;
      return;
    }
    this.#bytes = joined(this.#bytes, bytes, false);
  }
}

function joined(
  first: Uint8Array,
  second: Uint8Array,
  skipsFirst: boolean,
): Uint8Array<ArrayBuffer> {
  const kept = skipsFirst ? NOTHING : first;
  const both = new Uint8Array(kept.length + second.length);
  both.set(kept);
  both.set(second, kept.length);
  return both;
}

/**
 * Returns where the last sequence starts: -1 if in none of the bytes, and -2 if
 * with the byte before them.
 */
function lastStart(bytes: Uint8Array, before: number | undefined): number {
  for (let i = bytes.length - 1; i >= 0; i--) {
    const byte = bytes[i];
    if (byte === ESCAPE) return i;
    if (byte === undefined || !EIGHT_BITS.has(byte)) continue;
    const lead = i > 0 ? bytes[i - 1] : before;
    if (lead === 0xc2) return i > 0 ? i - 1 : -2;
  }
  return -1;
}

function isString(bytes: Uint8Array): boolean {
  const second = bytes[1];
  if (second === undefined) return false;
  return bytes[0] === ESCAPE ? STRINGS.has(second) : second !== CSI;
}

/** Whether a sequence executes a byte inside it at once, and goes on. */
function isExecuted(byte: number): boolean {
  return byte < 0x20 && byte !== ESCAPE;
}

/** Returns how many bytes at the end belong to a character that is cut. */
function partOfCharacter(bytes: Uint8Array): number {
  for (let size = 1; size <= Math.min(3, bytes.length); size++) {
    const byte = bytes[bytes.length - size] ?? 0;
    if (byte < 0x80) return 0;
    if (byte < 0xc0) continue;
    const whole = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return byte < 0xf8 && whole > size ? size : 0;
  }
  return 0;
}
