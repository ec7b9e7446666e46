/**
 * When output goes out: at once where somebody waits for it, gathered where
 * much of it comes.
 *
 * @module
 */

/** Bytes that are not gathered any longer. */
const GATHER_BYTES = 8192;
/** Milliseconds without output after which nothing more is expected. */
const QUIET_MS = 2;
/** Milliseconds that the first byte waits at the very most. */
const MAX_WAIT_MS = 10;

/** Decides when output goes out, by the moments that it is told of. */
export class FlushGate {
  /** Bytes that wait. */
  #waiting = 0;
  /** When the first of them came. */
  #since = 0;
  #lastOutput = -Infinity;
  /** Whether the next output may be the echo of a key. */
  #echo = false;

  /** Somebody types: what comes next goes out at once. */
  input(): void {
    this.#echo = true;
  }

  /** Output has come; answers whether what waits is to go out now. */
  output(bytes: number, now: number): boolean {
    const quiet = now - this.#lastOutput >= QUIET_MS;
    if (this.#waiting === 0) this.#since = now;
    this.#waiting += bytes;
    this.#lastOutput = now;
    return quiet || this.#echo || this.#waiting >= GATHER_BYTES ||
      now >= this.#since + MAX_WAIT_MS;
  }

  /** When what waits is to go out; `undefined` when nothing waits. */
  get dueAt(): number | undefined {
    if (this.#waiting === 0) return undefined;
    return Math.min(this.#lastOutput + QUIET_MS, this.#since + MAX_WAIT_MS);
  }

  /** What waited has gone out. */
  flushed(): void {
    this.#waiting = 0;
    this.#echo = false;
  }
}
