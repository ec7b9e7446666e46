/**
 * How many passwords are hashed at once, and how many wait for it.
 *
 * @module
 */
import type { Clock } from "../../actor/mod.ts";
import { AuthBusyError } from "./auth_errors.ts";

/** The limits of a queue. */
export interface HashLimits {
  /** Most hashes at once. */
  readonly atOnce: number;
  /** Most hashes that wait. */
  readonly waiting: number;
  /** Milliseconds after which a hash that still waits is refused. */
  readonly waitMs: number;
}

interface Waiting {
  readonly start: () => void;
  readonly refuse: (reason: unknown) => void;
}

/** The least that a caller is asked to wait, in milliseconds. */
const LEAST_RETRY_MS = 1000;
/** Weight of the last hash in the average of what one takes. */
const WEIGHT = 0.2;

/** Runs a few hashes at once; the rest wait in order. */
export class HashQueue {
  readonly #limits: HashLimits;
  readonly #clock: Clock;
  /** In the order in which they came. */
  readonly #waiting = new Set<Waiting>();
  #running = 0;
  #hashMs = 0;
  #closed: unknown;
  /** Milliseconds that hashes have taken so far, of all together. */
  busyMs = 0;
  /** How many were refused because the queue was full, or the wait too long. */
  refused = 0;

  /** Starts with nothing to hash. */
  constructor(limits: HashLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** How many hashes are made at the moment. */
  get running(): number {
    return this.#running;
  }

  /** How many are made at once, at most. */
  get atOnce(): number {
    return this.#limits.atOnce;
  }

  /** How many wait. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * Runs a hash when it is its turn. Rejects with an `AuthBusyError` if too many
   * wait or it has waited too long, and with the reason of `signal` if that
   * aborts while it waits.
   */
  async run<T>(hash: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    if (this.#closed !== undefined) throw this.#closed;
    if (this.#running >= this.#limits.atOnce) await this.#turn(signal);
    else this.#running++;
    const start = this.#clock.now();
    try {
      return await hash();
    } finally {
      const ms = this.#clock.now() - start;
      this.busyMs += ms;
      this.#hashMs += WEIGHT * (ms - this.#hashMs);
      this.#next();
    }
  }

  /** Refuses what waits and what comes; what runs ends by itself. */
  close(reason: unknown): void {
    this.#closed ??= reason;
    for (const { refuse } of [...this.#waiting]) refuse(this.#closed);
  }

  /** Resolves when the caller may start; its place is counted by then. */
  #turn(signal: AbortSignal | undefined): Promise<void> {
    if (this.#waiting.size >= this.#limits.waiting) throw this.#busy();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leave = (): void => {
      this.#waiting.delete(entry);
      timer.cancel();
      signal?.removeEventListener("abort", onAbort);
    };
    const entry: Waiting = {
      start: () => {
        leave();
        resolve();
      },
      refuse: (reason) => {
        leave();
        reject(reason);
      },
    };
    const onAbort = (): void => entry.refuse(signal?.reason);
    this.#waiting.add(entry);
    const timer = this.#clock.schedule(
      this.#limits.waitMs,
      () => entry.refuse(this.#busy()),
    );
    timer.unref();
    signal?.addEventListener("abort", onAbort, { once: true });
    return promise;
  }

  /** Hands the place of a hash that has ended to the first that waits. */
  #next(): void {
    const [first] = this.#waiting;
    if (first === undefined) this.#running--;
    else first.start();
  }

  #busy(): AuthBusyError {
    this.refused++;
    const ahead = this.#waiting.size + this.#running;
    const ms = ahead * this.#hashMs / this.#limits.atOnce;
    const retryAfterMs = Math.max(LEAST_RETRY_MS, Math.ceil(ms));
    return new AuthBusyError(
      `Cannot check the password now: ${ahead} wait for theirs, try again in ${retryAfterMs} ms`,
      retryAfterMs,
    );
  }
}
