/**
 * A rate limit: a number of attempts per minute for each client.
 *
 * @module
 */
import type { Clock } from "../../actor/mod.ts";

const MINUTE_MS = 60_000;
/** Most clients that are remembered; beyond it, the oldest start again. */
const MAX_CLIENTS = 10_000;

/** The attempts of clients, of which each may make `perMinute` at once. */
export class TokenBuckets {
  readonly #intervalMs: number;
  readonly #burstMs: number;
  readonly #clock: Clock;
  /** When each client has all its attempts again, in the order of the last. */
  readonly #fullAt = new Map<string, number>();

  /** Starts with a full bucket for every client. */
  constructor(perMinute: number, clock: Clock) {
    this.#intervalMs = MINUTE_MS / perMinute;
    this.#burstMs = MINUTE_MS - this.#intervalMs;
    this.#clock = clock;
  }

  /** Number of clients that are remembered. */
  get clients(): number {
    return this.#fullAt.size;
  }

  /** Takes a token; returns the milliseconds to wait if there is none, or 0. */
  take(client: string): number {
    const now = this.#clock.now();
    const fullAt = Math.max(now, this.#fullAt.get(client) ?? now);
    const waitMs = fullAt - this.#burstMs - now;
    if (waitMs > 0) return waitMs;
    this.#fullAt.delete(client);
    this.#forget(now);
    this.#fullAt.set(client, fullAt + this.#intervalMs);
    return 0;
  }

  /** Forgets clients with a full bucket, and the oldest of too many. */
  #forget(now: number): void {
    for (const [client, fullAt] of this.#fullAt) {
      if (fullAt > now && this.#fullAt.size < MAX_CLIENTS) return;
      this.#fullAt.delete(client);
    }
  }
}
