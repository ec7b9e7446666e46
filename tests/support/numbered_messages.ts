/**
 * Messages that say which one they are, so that whoever gets them sees at once
 * what is missing, doubled, early, late or spoiled.
 *
 * @module
 */

/** Most messages are short, and a few in a hundred are several frames long. */
const SKEW = 128;

/** The message of this number: its length and all its bytes follow from it. */
export function messageOf(number: number, maxBytes: number): Uint8Array {
  const fraction = (Math.imul(number, 2_654_435_761) >>> 0) / 2 ** 32;
  const length = 8 + Math.floor((maxBytes - 7) * fraction ** SKEW);
  const message = new Uint8Array(length).fill(number);
  new DataView(message.buffer).setFloat64(0, number);
  return message;
}

/** About how long they are. */
export function meanBytes(maxBytes: number): number {
  return 8 + (maxBytes - 8) / (SKEW + 1);
}

/** What can be wrong with messages that arrive. */
export interface Faults {
  /** Messages that never came. */
  lost: number;
  /** Messages that came again. */
  doubled: number;
  /** Messages that came after a later one. */
  outOfOrder: number;
  /** Messages whose bytes are not those that were sent. */
  spoiled: number;
}

/** No faults yet. */
export function noFaults(): Faults {
  return { lost: 0, doubled: 0, outOfOrder: 0, spoiled: 0 };
}

/** Checks the messages of one direction of one connection. */
export class Checker {
  readonly #maxBytes: number;
  readonly #faults: Faults;
  readonly #skipped = new Set<number>();
  #next = 0;

  /** Counts what is wrong in `faults`, which many may share. */
  constructor(maxBytes: number, faults: Faults) {
    this.#maxBytes = maxBytes;
    this.#faults = faults;
  }

  /** Takes the next message; false if anything is wrong with it. */
  take(message: Uint8Array): boolean {
    const number = message.length < 8
      ? NaN
      : new DataView(message.buffer, message.byteOffset).getFloat64(0);
    if (
      !Number.isInteger(number) ||
      !areEqual(message, messageOf(number, this.#maxBytes))
    ) {
      this.#faults.spoiled++;
      return false;
    }
    if (number < this.#next) {
      if (this.#skipped.delete(number)) this.#faults.outOfOrder++;
      else this.#faults.doubled++;
      return false;
    }
    const inOrder = number === this.#next;
    while (this.#next < number) this.#skipped.add(this.#next++);
    this.#next++;
    return inOrder;
  }

  /** No more come, of so many that were sent. */
  end(sent: number): void {
    this.#faults.lost += this.#skipped.size + sent - this.#next;
  }
}

function areEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
