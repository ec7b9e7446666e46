/**
 * An actor that a test holds and that records its messages.
 *
 * @module
 */
import {
  type ActorRef,
  type ActorSystem,
  type Clock,
  type ExitReason,
  realClock,
} from "../actor/mod.ts";
import { checkClock, checkRef } from "../actor/internal.ts";
import {
  checkDuration,
  checkOptionNames,
  type OptionNames,
  shown,
} from "../checks/internal.ts";

/** Default milliseconds after which an expectation fails. */
const DEFAULT_TIMEOUT_MS = 1000;

/** Options of a {@linkcode Probe}. */
export interface ProbeOptions {
  /**
   * The source of time for time-outs. By default they are in real time, so that
   * an expectation fails although nobody moves the clock of the system. With
   * `system.clock` a test that moves the clock decides when one fails, and need
   * not wait for it.
   * @default {realClock}
   */
  readonly clock?: Clock;
}

const OPTIONS: OptionNames<ProbeOptions> = { clock: true };

/** Options of a single expectation. */
export interface ExpectOptions {
  /**
   * Milliseconds to wait, 0 or more, by the clock of the probe; `Infinity`
   * waits forever.
   * @default {1000}
   */
  readonly timeoutMs?: number;
}

const EXPECT_OPTIONS: OptionNames<ExpectOptions> = { timeoutMs: true };

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
 *
 * @example A time-out on a clock that the test moves
 * ```ts
 * import { ActorSystem } from "@troupe/troupe";
 * import { ManualClock, Probe, ProbeError } from "@troupe/troupe/testing";
 *
 * const clock = new ManualClock();
 * await using system = new ActorSystem({ clock });
 * const probe = new Probe<string>(system, { clock });
 * const expectation = probe.expectMessage({ timeoutMs: 60_000 });
 * clock.advance(60_000);
 * const error = await expectation.catch((error) => error);
 * console.assert(error instanceof ProbeError);
 * ```
 */
export class Probe<M> {
  /** The reference to pass to other actors. */
  readonly ref: ActorRef<M>;
  readonly #system: ActorSystem;
  readonly #clock: Clock;
  readonly #messages: M[] = [];
  #waiting: ((message: M) => void) | undefined;

  /**
   * Creates a probe that runs in `system`.
   *
   * @param options May be left out; each option has its default.
   * @throws {TypeError} if `system` is not an actor system, or an option has
   * the wrong type or is not known.
   */
  constructor(system: ActorSystem, options: ProbeOptions = {}) {
    if (typeof system?.spawn !== "function") {
      throw new TypeError(
        `Cannot use system: it is ${shown(system)}, it must be an ActorSystem`,
      );
    }
    checkOptionNames("Probe", options, OPTIONS);
    const { clock = realClock } = options;
    checkClock("clock", clock);
    this.#system = system;
    this.#clock = clock;
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
   * @param options May be left out; each option has its default.
   * @throws {ProbeError} as a rejection, if no message comes in time.
   * @throws {TypeError} as a rejection, while another call waits.
   * @throws {TypeError | RangeError} as a rejection, if an option is wrong.
   */
  async expectMessage(options: ExpectOptions = {}): Promise<M> {
    const timeoutMs = timeoutOf(options);
    if (this.#messages.length > 0) return this.#messages.shift() as M;
    if (this.#waiting !== undefined) {
      throw new TypeError(
        "Cannot expect a message: another expectation waits, await it first",
      );
    }
    const { promise, resolve } = Promise.withResolvers<M>();
    this.#waiting = resolve;
    try {
      return await this.#within(timeoutMs, promise, "a message");
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
   * @param options May be left out; each option has its default.
   * @throws {ProbeError} as a rejection, if it does not stop in time.
   * @throws {TypeError | RangeError} as a rejection, if an argument is wrong.
   */
  async expectStopped(
    ref: ActorRef<never>,
    options: ExpectOptions = {},
  ): Promise<ExitReason> {
    checkRef("ref", ref);
    const timeoutMs = timeoutOf(options);
    return await this.#within(timeoutMs, ref.stopped, `${ref.path} to stop`);
  }

  /** Returns what is forgotten most where a test moves a clock. */
  #hint(): string {
    if (this.#clock !== realClock) {
      return ": actors work only while a test awaits, await system.idle() before the clock is moved, or move it with advanceAsync()";
    }
    return this.#system.clock === realClock
      ? ""
      : ": the system has a clock of its own, await system.idle() and move it";
  }

  #within<T>(timeoutMs: number, promise: Promise<T>, what: string): Promise<T> {
    if (timeoutMs === Infinity) return promise;
    const { promise: late, reject } = Promise.withResolvers<T>();
    const timer = this.#clock.schedule(
      timeoutMs,
      () => {
        const expected = `Expected ${what} within ${timeoutMs} ms`;
        reject(new ProbeError(`${expected}${this.#hint()}`));
      },
    );
    return Promise.race([promise, late]).finally(() => timer.cancel());
  }
}

function timeoutOf(options: ExpectOptions): number {
  checkOptionNames("the expectation", options, EXPECT_OPTIONS);
  const { timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  checkDuration("timeoutMs", timeoutMs);
  return timeoutMs;
}
