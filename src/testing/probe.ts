/**
 * An actor that a test holds and that records its messages.
 *
 * @module
 */
import type { ActorRef, ActorSystem, ExitReason } from "../actor/mod.ts";

/** Default milliseconds of real time after which an expectation fails. */
const DEFAULT_TIMEOUT_MS = 1000;

/** Options of a single expectation. */
export interface ExpectOptions {
  /**
   * Milliseconds of real time to wait, whatever clock the system has.
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
  /** The name of this class. */
  override readonly name = "ProbeError";
}

function withTimeout<T>(
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
 * An actor that records its messages. Pass `ref` to the actor under test, and
 * then expect the messages that it sends.
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
  /** The reference to pass to other actors. */
  readonly ref: ActorRef<M>;
  readonly #system: ActorSystem;
  readonly #messages: M[] = [];
  #waiting: ((message: M) => void) | undefined;

  /** Creates a probe that runs in `system`. */
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
   * Returns the next message, or waits for one. One call may wait at a time.
   *
   * @throws {ProbeError} as a rejection, if no message comes in time.
   * @throws {TypeError} as a rejection, while another call waits.
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
      return await withTimeout(promise, options, "a message");
    } finally {
      // After a message, the next call may already wait.
      if (this.#waiting === resolve) this.#waiting = undefined;
    }
  }

  /**
   * Resolves if the probe has no message once all actors are idle.
   *
   * @throws {ProbeError} as a rejection, if it has one.
   */
  async expectNone(): Promise<void> {
    await this.#system.idle();
    if (this.#messages.length > 0) {
      throw new ProbeError(
        `Expected no message, got ${Deno.inspect(this.#messages[0])}`,
      );
    }
  }

  /**
   * Returns the reason with which an actor stopped, or waits for its end.
   *
   * @throws {ProbeError} as a rejection, if it does not stop in time.
   */
  expectStopped(
    ref: ActorRef<never>,
    options?: ExpectOptions,
  ): Promise<ExitReason> {
    return withTimeout(ref.stopped, options, `${ref.path} to stop`);
  }
}
