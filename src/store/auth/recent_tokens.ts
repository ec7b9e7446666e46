/**
 * The tokens that came just now, so that a client who sends many requests has its
 * token hashed now and then and not with each of them. A token is forgotten some
 * seconds after it was added, by the first request that comes then.
 *
 * @module
 */
import type { Clock } from "../../actor/mod.ts";

/** What a token stands for. */
export interface Held {
  /** Whether that has ended, or has to be read again. */
  readonly isStale: boolean;
}

/** Milliseconds after which the older generation is forgotten. */
const KEEP_MS = 10_000;
/** Most tokens of each generation. */
const MAX_TOKENS = 1000;

/** Tokens with what they stand for, in two generations. */
export class RecentTokens<Value extends Held> {
  readonly #clock: Clock;
  #young = new Map<string, Value>();
  #old = new Map<string, Value>();
  /** When the younger generation began. */
  #since: number;

  /** Starts without tokens. */
  constructor(clock: Clock) {
    this.#clock = clock;
    this.#since = clock.now();
  }

  /** How many tokens are kept. */
  get size(): number {
    return this.#young.size + this.#old.size;
  }

  /**
   * Returns what a token stands for, if it was added within the last seconds:
   * that it is found does not prolong it.
   */
  get(token: string): Value | undefined {
    this.#forget();
    const value = this.#young.get(token) ?? this.#old.get(token);
    return value === undefined || value.isStale ? undefined : value;
  }

  /** Keeps a token for some seconds. */
  add(token: string, value: Value): void {
    this.#forget();
    if (this.#young.size < MAX_TOKENS) this.#young.set(token, value);
  }

  /** Forgets all tokens. */
  clear(): void {
    this.#young.clear();
    this.#old.clear();
  }

  #forget(): void {
    const now = this.#clock.now();
    const age = now - this.#since;
    if (age < KEEP_MS) return;
    this.#old = age < 2 * KEEP_MS ? this.#young : new Map();
    this.#young = new Map();
    this.#since = now - age % KEEP_MS;
  }
}
