/**
 * When output is sent: at once if somebody waits for it, gathered if there is
 * much of it.
 *
 * @module
 */

/** Bytes at which gathered output is sent. */
const GATHER_BYTES = 8192;
/** Milliseconds without output after which gathered output is sent. */
const QUIET_MS = 2;
/** Milliseconds after which gathered output is sent in any case. */
const MAX_WAIT_MS = 10;

/** Decides when output is sent; reads no clock and sets no timer. */
export class FlushGate {
  /** Bytes that are gathered. */
  #waiting = 0;
  /** When the first of them was gathered. */
  #since = 0;
  #lastOutput = -Infinity;
  /** Whether the next output may be the echo of a key. */
  #echo = false;

  /** Records input: the next output is sent at once. */
  input(): void {
    this.#echo = true;
  }

  /** Records output; returns whether everything gathered must be sent now. */
  output(bytes: number, now: number): boolean {
    const quiet = now - this.#lastOutput >= QUIET_MS;
    if (this.#waiting === 0) this.#since = now;
    this.#waiting += bytes;
    this.#lastOutput = now;
    return quiet || this.#echo || this.#waiting >= GATHER_BYTES ||
      now >= this.#since + MAX_WAIT_MS;
  }

  /** When gathered output must be sent; `undefined` if there is none. */
  get dueAt(): number | undefined {
    if (this.#waiting === 0) return undefined;
    return Math.min(this.#lastOutput + QUIET_MS, this.#since + MAX_WAIT_MS);
  }

  /** Records that gathered output was sent. */
  flushed(): void {
    this.#waiting = 0;
    this.#echo = false;
  }
}
