/**
 * A shared resource that is held by leases. It is opened for the first lease,
 * and closed when the last is released and the linger time has passed.
 *
 * @module
 */
import {
  checkDuration,
  checkFunction,
  checkObject,
  checkOptionNames,
  checkSignal,
  type OptionNames,
} from "../checks/internal.ts";
import { checkClock, type Clock, type Timer } from "./clock.ts";
import { TroupeError } from "./errors.ts";
import { callGuarded, report } from "./guard.ts";

/** One hold on a shared resource. */
export interface Lease<T> extends AsyncDisposable {
  /** The resource, valid until the release. */
  readonly value: T;
  /** Releases this lease, which is safe to do twice. */
  release(): void;
}

/** The holder of a lease, which is released when the signal aborts. */
export interface LeaseHolder {
  /** Ends the hold, for instance the `context.signal` of an actor. */
  readonly signal: AbortSignal;
}

/** Options of a {@linkcode SharedResource}. */
export interface SharedResourceOptions<T> {
  /** Called to open the resource, and again after a close. */
  readonly open: () => Promise<T>;
  /**
   * Called once for each opened resource to close it, but not for one that was
   * evicted. What it throws, or rejects with, is reported on stderr.
   */
  readonly close: (value: T) => void | PromiseLike<void>;
  /** Milliseconds from the last release to the close, 0 or more. */
  readonly lingerMs: number;
  /** The source of time for the linger time. */
  readonly clock: Clock;
}

const OPTIONS: OptionNames<SharedResourceOptions<unknown>> = {
  open: true,
  close: true,
  lingerMs: true,
  clock: true,
};

/** The opening of a resource, and what comes of it. */
interface Opening<T> {
  readonly value: Promise<T>;
  isPending: boolean;
}

/**
 * A resource that is open as long as somebody holds a lease on it.
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
  #opening: Opening<T> | undefined;
  #linger: Timer | undefined;
  #leases = 0;

  /**
   * Creates a resource that is not open yet.
   *
   * @throws {TypeError} if an option is missing, has the wrong type or is not
   * known.
   * @throws {RangeError} if `lingerMs` is negative or `NaN`.
   */
  constructor(options: SharedResourceOptions<T>) {
    checkOptionNames<SharedResourceOptions<T>>(
      "SharedResource",
      options,
      OPTIONS,
    );
    checkFunction("open", options.open);
    checkFunction("close", options.close);
    checkDuration("lingerMs", options.lingerMs);
    checkClock("clock", options.clock);
    this.#options = options;
  }

  /** Number of leases held, or waited for while the resource opens. */
  get leases(): number {
    return this.#leases;
  }

  /** Whether the resource is open, opening or lingering. */
  get isOpen(): boolean {
    return this.#opening !== undefined;
  }

  /**
   * Takes a lease, and opens the resource if it is not open. Callers that come
   * while it opens wait for the same opening. Rejects with the error of the
   * opening, after which the next call tries again, and immediately with the
   * reason of the holder's signal when that aborts.
   *
   * @throws {TypeError} as a rejection, if `holder` has no signal.
   */
  async acquire(holder?: LeaseHolder): Promise<Lease<T>> {
    if (holder !== undefined) checkHolder(holder);
    const signal = holder?.signal;
    signal?.throwIfAborted();
    this.#cancelLinger();
    this.#leases++;
    const opening = this.#opening ??= this.#open();
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
      const value = await Promise.race([opening.value, givenUp.promise]);
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
      release();
      throw error;
    }
  }

  /**
   * Forgets a resource that was lost: the next lease opens a new one. What comes
   * of an opening that is still pending is closed, as nobody gets it.
   */
  evict(): void {
    const opening = this.#forget();
    if (opening?.isPending) this.#closeOnceOpen(opening);
  }

  /** Closes the resource immediately, even if leases are held. */
  close(): void {
    const opening = this.#forget();
    if (opening !== undefined) this.#closeOnceOpen(opening);
  }

  #open(): Opening<T> {
    const value = Promise.try(() => this.#options.open());
    const opening = { value, isPending: true };
    value.then(() => opening.isPending = false, () => {
      // Although everybody may have given up meanwhile.
      if (this.#opening === opening) this.#forget();
    });
    return opening;
  }

  #closeOnceOpen({ value }: Opening<T>): void {
    const failed = (cause: unknown): void =>
      report("A shared resource could not be closed:", cause);
    // An opening that has failed leaves nothing to close.
    value.then(
      (value) => void callGuarded(() => this.#options.close(value), failed),
      () => {},
    );
  }

  /** Lets go of the resource, and of all leases, and returns its opening. */
  #forget(): Opening<T> | undefined {
    this.#cancelLinger();
    const opening = this.#opening;
    this.#opening = undefined;
    this.#leases = 0;
    return opening;
  }

  #release(): void {
    if (--this.#leases > 0) return;
    const { clock, lingerMs } = this.#options;
    if (lingerMs === 0) return this.close();
    this.#linger = clock.schedule(lingerMs, () => this.close());
    // Lingering is optional: the timer must not keep the process alive.
    this.#linger.unref();
  }

  #cancelLinger(): void {
    this.#linger?.cancel();
    this.#linger = undefined;
  }
}

function checkHolder(holder: LeaseHolder): void {
  checkObject("holder", holder, "an object with a signal");
  checkSignal("holder.signal", holder.signal);
}
