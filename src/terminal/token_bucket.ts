/**
 * So many tries a minute for each client.
 *
 * @module
 */
import type { Clock } from "../actor/clock.ts";

/** What is left for one client. */
interface Bucket {
  tokens: number;
  /** When `tokens` was true, on the clock. */
  at: number;
}

const MINUTE_MS = 60_000;
/** Clients that are remembered; who comes when there are more begins anew. */
const MAX_CLIENTS = 10_000;

/** Counts the tries of clients: each may try `perMinute` times at once. */
export class TokenBuckets {
  readonly #perMinute: number;
  readonly #clock: Clock;
  /** Who tried last stands last. */
  readonly #buckets = new Map<string, Bucket>();

  /** Full buckets for everybody. */
  constructor(perMinute: number, clock: Clock) {
    this.#perMinute = perMinute;
    this.#clock = clock;
  }

  /** Clients that are remembered. */
  get clients(): number {
    return this.#buckets.size;
  }

  /** Takes a token; answers the milliseconds to wait when there is none. */
  take(client: string): number {
    if (this.#perMinute === Infinity) return 0;
    const now = this.#clock.now();
    const last = this.#buckets.get(client) ??
      { tokens: this.#perMinute, at: now };
    const gained = (now - last.at) * this.#perMinute / MINUTE_MS;
    const tokens = Math.min(this.#perMinute, last.tokens + gained);
    const left = tokens >= 1 ? tokens - 1 : tokens;
    this.#buckets.delete(client);
    this.#forget(now);
    this.#buckets.set(client, { tokens: left, at: now });
    return tokens >= 1 ? 0 : (1 - tokens) * MINUTE_MS / this.#perMinute;
  }

  /** Forgets who has not tried for a minute, and the oldest of too many. */
  #forget(now: number): void {
    for (const [client, { at }] of this.#buckets) {
      const full = now - at >= MINUTE_MS;
      if (!full && this.#buckets.size < MAX_CLIENTS) return;
      this.#buckets.delete(client);
    }
  }
}
