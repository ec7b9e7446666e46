/**
 * The timer of output that is gathered.
 *
 * @module
 */
import type { Clock, Timer } from "../actor/mod.ts";
import { FlushGate } from "./flush_gate.ts";

/**
 * Calls back when gathered output is due, as a {@linkcode FlushGate} decides.
 */
export class FlushTimer {
  readonly #gate = new FlushGate();
  readonly #clock: Clock;
  readonly #flush: () => void;
  #timer: Timer | undefined;

  /** A timer that calls `flush`, which must call `flushed`. */
  constructor(clock: Clock, flush: () => void) {
    this.#clock = clock;
    this.#flush = flush;
  }

  /** Records input: the next output is due at once. */
  input(): void {
    this.#gate.input();
  }

  /**
   * Records output, and returns whether all that was gathered is due now. If it
   * is not, `flush` will be called.
   */
  output(bytes: number): boolean {
    if (this.#gate.output(bytes, this.#clock.now())) return true;
    this.#timer ??= this.#schedule();
    return false;
  }

  /** Records that all that was gathered has been sent. */
  flushed(): void {
    this.#gate.flushed();
  }

  /** Forgets what was gathered, and the timer with it. */
  cancel(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#gate.flushed();
  }

  #schedule(): Timer {
    return this.#clock.schedule(this.#delayMs(), () => this.#due());
  }

  #due(): void {
    this.#timer = undefined;
    if (this.#gate.dueAt === undefined) return;
    if (this.#delayMs() <= 0) this.#flush();
    else this.#timer = this.#schedule();
  }

  #delayMs(): number {
    return (this.#gate.dueAt ?? 0) - this.#clock.now();
  }
}
