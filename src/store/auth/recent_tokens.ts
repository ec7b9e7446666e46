/**
 * The tokens that came just now, so that a client who sends many requests has its
 * token hashed now and then and not with each of them. A token stays in memory
 * for seconds after its last use, hardly longer than the request that had it.
 *
 * @module
 */
import type { Clock, Timer } from "../../actor/mod.ts";

/** What a token stands for. */
export interface Held {
  /** Whether that has ended, or has to be read again. */
  readonly isStale: boolean;
}

/** Milliseconds for which a token that is not used is kept, at least. */
const KEEP_MS = 10_000;
/** Most tokens of each generation. */
const MAX_TOKENS = 1000;

/** Tokens with what they stand for, in two generations. */
export class RecentTokens<Value extends Held> {
  readonly #clock: Clock;
  #young = new Map<string, Value>();
  #old = new Map<string, Value>();
  #timer: Timer | undefined;

  /** Starts without tokens. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many tokens are kept. */
  get size(): number {
    return this.#young.size + this.#old.size;
  }

  /**
   * Returns what a token stands for, if it came within the last seconds. It is
   * to be added again after `KEEP_MS`, however often it comes.
   */
  get(token: string): Value | undefined {
    const value = this.#young.get(token) ?? this.#old.get(token);
    return value === undefined || value.isStale ? undefined : value;
  }

  /** Keeps a token for some seconds. */
  add(token: string, value: Value): void {
    if (this.#young.size >= MAX_TOKENS) return;
    this.#young.set(token, value);
    this.#timer ??= this.#schedule();
  }

  /** Forgets all tokens. */
  clear(): void {
    this.#young.clear();
    this.#old.clear();
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #schedule(): Timer {
    const timer = this.#clock.schedule(KEEP_MS, () => {
      this.#old = this.#young;
      this.#young = new Map();
      this.#timer = this.#old.size > 0 ? this.#schedule() : undefined;
    });
    timer.unref();
    return timer;
  }
}
