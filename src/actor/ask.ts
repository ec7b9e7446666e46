/**
 * One pending ask: the address that travels in the request, and the promise
 * that the reply settles. However it ends, it leaves nothing behind.
 *
 * @module
 */
import { checkAskOptions } from "./argument_checks.ts";
import { Deadline } from "./deadlines.ts";
import { ActorStoppedError, AskTimeoutError } from "./errors.ts";
import type { AskOptions, ReplyTo } from "./ref.ts";
import type { BaseCell } from "./base_cell.ts";
import type { SystemCore } from "./core.ts";

/** Default milliseconds that an ask waits, as in OTP. */
const DEFAULT_TIMEOUT_MS = 5000;

/** The part of a pending ask that does not depend on the type of the reply. */
export abstract class PendingAsk extends Deadline {
  /** The actor that asks, if it is one: for dead letters. */
  abstract readonly sender: BaseCell | undefined;
  /** Rejects the ask; does nothing if it is settled. */
  abstract reject(error: unknown): void;
}

/** A pending ask for a reply of type `R`. */
export class Ask<R> extends PendingAsk implements ReplyTo<R> {
  readonly sender: BaseCell | undefined;
  readonly #core: SystemCore;
  readonly #target: { readonly shownPath: string };
  readonly #timeoutMs: number;
  readonly #signal: AbortSignal | undefined;
  #onAbort: (() => void) | undefined;
  #resolve: ((value: R) => void) | undefined;
  #reject: ((error: unknown) => void) | undefined;

  constructor(
    target: { readonly shownPath: string },
    core: SystemCore,
    options: AskOptions | undefined,
    timeoutMs: number = DEFAULT_TIMEOUT_MS,
  ) {
    super();
    this.#target = target;
    this.sender = core.current;
    this.#core = core;
    if (options !== undefined) checkAskOptions(options);
    this.#timeoutMs = options?.timeoutMs ?? timeoutMs;
    this.#signal = options?.signal;
  }

  /** Starts the deadline, listens to the signal, and returns the promise. */
  start(): Promise<R> {
    const signal = this.#signal;
    if (signal?.aborted) return Promise.reject(signal.reason);
    const promise = new Promise<R>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#core.deadlines.add(this, this.#timeoutMs);
    if (signal !== undefined) {
      this.#onAbort = () => this.reject(signal.reason);
      signal.addEventListener("abort", this.#onAbort, { once: true });
    }
    return promise;
  }

  /** Accepts the reply; returns false if the ask has already ended. */
  tell(value: R): boolean {
    const resolve = this.#resolve;
    if (resolve === undefined) {
      this.#core.lateReplies++;
      return false;
    }
    this.#end();
    resolve(value);
    return true;
  }

  reject(error: unknown): void {
    const reject = this.#reject;
    if (reject === undefined) return;
    this.#end();
    reject(error);
  }

  expire(): void {
    const { shownPath } = this.#target;
    this.reject(
      this.#core.deadlines.closed
        ? new ActorStoppedError(
          `Cannot wait longer for ${shownPath}: its system has shut down`,
        )
        : new AskTimeoutError(
          `Cannot wait longer for ${shownPath}: no reply within ${this.#timeoutMs} ms`,
        ),
    );
  }

  #end(): void {
    this.#resolve = this.#reject = undefined;
    this.#core.deadlines.remove(this);
    if (this.#onAbort !== undefined) {
      this.#signal?.removeEventListener("abort", this.#onAbort);
      this.#onAbort = undefined;
    }
  }
}
