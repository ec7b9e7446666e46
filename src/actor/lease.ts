/**
 * A shared resource that is held by leases: opened for the first, closed when
 * the last is released and its linger time has passed.
 *
 * @module
 */
import { checkDuration } from "../checks/internal.ts";
import type { Clock, Timer } from "./clock.ts";
import { TroupeError } from "./errors.ts";

/** One hold on a shared resource. */
export interface Lease<T> extends AsyncDisposable {
  /** The resource, valid until the release. */
  readonly value: T;
  /** Gives the hold back; safe to call twice. */
  release(): void;
}

/** Who holds a lease: it is released when the signal aborts. */
export interface LeaseHolder {
  /** Such as an actor's `context.signal`. */
  readonly signal: AbortSignal;
}

/** Options of a {@linkcode SharedResource}. */
export interface SharedResourceOptions<T> {
  /** Opens the resource; called again after a close. */
  readonly open: () => Promise<T>;
  /** Closes the resource; called once for each that was opened. */
  readonly close: (value: T) => void;
  /** Milliseconds from the last release to the close. */
  readonly lingerMs: number;
  /** The source of time. */
  readonly clock: Clock;
}

/**
 * Counts the leases of one resource.
 *
 * @example
 * ```ts
 * import { ActorSystem, SharedResource } from "@troupe/troupe";
 *
 * await using system = new ActorSystem();
 * const log = new SharedResource({
 *   clock: system.clock,
 *   lingerMs: 0,
 *   open: () => Promise.resolve(["opened"]),
 *   close: (lines) => void lines.push("closed"),
 * });
 * await using lease = await log.acquire();
 * lease.value.push("used");
 * ```
 */
export class SharedResource<T> {
  readonly #options: SharedResourceOptions<T>;
  #opening: Promise<T> | undefined;
  #linger: Timer | undefined;
  #leases = 0;

  /** A resource that is not open yet. */
  constructor(options: SharedResourceOptions<T>) {
    checkDuration("lingerMs", options.lingerMs);
    this.#options = options;
  }

  /** Leases that are held, or waited for while the resource opens. */
  get leases(): number {
    return this.#leases;
  }

  /** Whether the resource is open, opening or lingering. */
  get isOpen(): boolean {
    return this.#opening !== undefined;
  }

  /**
   * Takes a lease, and opens the resource if nobody has: those who come
   * meanwhile wait for the same opening. Rejects with the error of the
   * opening, after which the next one tries again, and at once with the
   * reason of the holder's signal.
   */
  async acquire(holder?: LeaseHolder): Promise<Lease<T>> {
    const signal = holder?.signal;
    signal?.throwIfAborted();
    this.#cancelLinger();
    this.#leases++;
    const opening = this.#opening ??= Promise.try(() => this.#options.open());
    const givenUp = Promise.withResolvers<never>();
    let held = true;
    const release = (): void => {
      if (!held) return;
      held = false;
      signal?.removeEventListener("abort", release);
      if (this.#opening === opening) this.#release();
      givenUp.reject(signal?.reason);
    };
    signal?.addEventListener("abort", release, { once: true });
    try {
      const value = await Promise.race([opening, givenUp.promise]);
      signal?.throwIfAborted();
      if (this.#opening !== opening) {
        throw new TroupeError("Cannot lease: the resource was lost meanwhile");
      }
      return {
        value,
        release,
        [Symbol.asyncDispose]: () => Promise.resolve(release()),
      };
    } catch (error) {
      if (held && this.#opening === opening) this.#forget();
      release();
      throw error;
    }
  }

  /** The resource is lost: leases on it count no more, the next one opens. */
  evict(): void {
    this.#cancelLinger();
    this.#forget();
  }

  /** Closes the resource at once, whoever holds it. */
  close(): void {
    this.#cancelLinger();
    const opening = this.#opening;
    this.#forget();
    opening?.then(this.#options.close, () => {});
  }

  #forget(): void {
    this.#opening = undefined;
    this.#leases = 0;
  }

  #release(): void {
    if (--this.#leases > 0) return;
    const { clock, lingerMs } = this.#options;
    if (lingerMs === 0) return this.close();
    this.#linger = clock.schedule(lingerMs, () => this.close());
    // Lingering is a courtesy: the timer must not keep the process alive.
    this.#linger.unref();
  }

  #cancelLinger(): void {
    this.#linger?.cancel();
    this.#linger = undefined;
  }
}
