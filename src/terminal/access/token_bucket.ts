/**
 * So many tries a minute for each client.
 *
 * @module
 */
import type { Clock } from "../../actor/mod.ts";

const MINUTE_MS = 60_000;
/** Clients that are remembered; who comes when there are more begins anew. */
const MAX_CLIENTS = 10_000;

/** Counts the tries of clients: each may try `perMinute` times at once. */
export class TokenBuckets {
  readonly #intervalMs: number;
  readonly #burstMs: number;
  readonly #clock: Clock;
  /** When each client has all its tries again; who tried last stands last. */
  readonly #fullAt = new Map<string, number>();

  /** Full buckets for everybody. */
  constructor(perMinute: number, clock: Clock) {
    this.#intervalMs = MINUTE_MS / perMinute;
    this.#burstMs = MINUTE_MS - this.#intervalMs;
    this.#clock = clock;
  }

  /** Clients that are remembered. */
  get clients(): number {
    return this.#fullAt.size;
  }

  /** Takes a token; answers the milliseconds to wait when there is none. */
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

  /** Forgets who has all tries again, and the oldest of too many. */
  #forget(now: number): void {
    for (const [client, fullAt] of this.#fullAt) {
      if (fullAt > now && this.#fullAt.size < MAX_CLIENTS) return;
      this.#fullAt.delete(client);
    }
  }
}
