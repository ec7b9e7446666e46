/**
 * An actor that a test holds: it records what it is told.
 *
 * @module
 */
import type { ActorRef, ActorSystem, ExitReason } from "../actor/mod.ts";

/** Milliseconds of real time after which an expectation fails. */
const DEFAULT_TIMEOUT_MS = 1000;

/** Options of an expectation. */
export interface ExpectOptions {
  /**
   * Milliseconds of real time, whatever clock the system has.
   * @default {1000}
   */
  readonly timeoutMs?: number;
}

/**
 * An expectation of a {@linkcode Probe} that was not met.
 *
 * @example
 * ```ts
 * import { ActorSystem } from "@troupe/troupe";
 * import { Probe, ProbeError } from "@troupe/troupe/testing";
 *
 * await using system = new ActorSystem();
 * const probe = new Probe<string>(system);
 * const error = await probe.expectMessage({ timeoutMs: 1 }).catch((error) => error);
 * console.assert(error instanceof ProbeError);
 * ```
 */
export class ProbeError extends Error {
  /** The class name. */
  override readonly name = "ProbeError";
}

function within<T>(
  promise: Promise<T>,
  options: ExpectOptions | undefined,
  what: string,
): Promise<T> {
  const timeoutMs = options?.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const { promise: late, reject } = Promise.withResolvers<T>();
  const timer = setTimeout(
    () => reject(new ProbeError(`Expected ${what} within ${timeoutMs} ms`)),
    timeoutMs,
  );
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/**
 * A probe: give `ref` to the actor under test, then expect what it tells.
 *
 * @example
 * ```ts
 * import { ActorSystem } from "@troupe/troupe";
 * import { Probe } from "@troupe/troupe/testing";
 *
 * await using system = new ActorSystem();
 * const probe = new Probe<string>(system);
 * probe.ref.tell("hello");
 * console.assert(await probe.expectMessage() === "hello");
 * await probe.expectNone();
 * ```
 */
export class Probe<M> {
  /** The address to give to others. */
  readonly ref: ActorRef<M>;
  readonly #system: ActorSystem;
  readonly #messages: M[] = [];
  #waiting: ((message: M) => void) | undefined;

  /** A probe that lives in `system`. */
  constructor(system: ActorSystem) {
    this.#system = system;
    this.ref = system.spawn<M>(() => ({
      receive: (message) => {
        const waiting = this.#waiting;
        this.#waiting = undefined;
        if (waiting !== undefined) waiting(message);
        else this.#messages.push(message);
      },
    }));
  }

  /**
   * The next message; rejects with {@linkcode ProbeError} if none comes, and
   * with `TypeError` while another call waits: one expectation at a time.
   */
  async expectMessage(options?: ExpectOptions): Promise<M> {
    if (this.#messages.length > 0) return this.#messages.shift() as M;
    if (this.#waiting !== undefined) {
      throw new TypeError(
        "Cannot expect a message: another expectation waits, await it first",
      );
    }
    const { promise, resolve } = Promise.withResolvers<M>();
    this.#waiting = resolve;
    try {
      return await within(promise, options, "a message");
    } finally {
      // After a message, the next expectation may wait already.
      if (this.#waiting === resolve) this.#waiting = undefined;
    }
  }

  /** Rejects if a message is here once all actors are idle. */
  async expectNone(): Promise<void> {
    await this.#system.idle();
    if (this.#messages.length > 0) {
      throw new ProbeError(
        `Expected no message, got ${Deno.inspect(this.#messages[0])}`,
      );
    }
  }

  /** The reason with which an actor stopped; rejects if it does not stop. */
  expectStopped(
    ref: ActorRef<never>,
    options?: ExpectOptions,
  ): Promise<ExitReason> {
    return within(ref.stopped, options, `${ref.path} to stop`);
  }
}
