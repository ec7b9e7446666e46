/**
 * One request, from its arrival to its reply.
 *
 * @module
 */
import type { Clock, Timer } from "../actor/mod.ts";
import { abortGuarded } from "../actor/internal.ts";
import { RequestTimeoutError } from "./request_errors.ts";

/** What a handler can read about a request besides its value. */
export interface RequestContext {
  /**
   * Aborts when nobody waits for the reply any more: with
   * `RequestCancelledError`, at the deadline with `RequestTimeoutError`, or
   * when the connection ends. The signal and its timer are created at the first
   * read of this property.
   */
  readonly signal: AbortSignal;
  /**
   * Whole milliseconds to the deadline: 0 when it has passed, `Infinity` when
   * there is none. Pass it as `timeoutMs` to the requests that the handler
   * makes in turn.
   */
  readonly remainingMs: number;
}

/** A request from its arrival to its reply. */
export class Exchange implements RequestContext {
  readonly #clock: Clock;
  readonly #expiresAt: number;
  /** Called with what a listener to the signal throws. */
  readonly #listenerFailed: (error: unknown) => void;
  #controller: AbortController | undefined;
  #timer: Timer | undefined;
  /** Why nobody waits for the reply any more. */
  #reason: unknown;
  #isOver = false;

  constructor(
    readonly id: number,
    readonly body: Uint8Array,
    deadlineMs: number,
    clock: Clock,
    listenerFailed: (error: unknown) => void,
  ) {
    this.#clock = clock;
    this.#listenerFailed = listenerFailed;
    this.#expiresAt = deadlineMs === Infinity
      ? Infinity
      : clock.now() + deadlineMs;
  }

  get remainingMs(): number {
    if (this.#expiresAt === Infinity) return Infinity;
    return Math.max(0, Math.ceil(this.#expiresAt - this.#clock.now()));
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#reason !== undefined) this.#controller.abort(this.#reason);
      else if (!this.#isOver && this.#expiresAt < Infinity) {
        this.#timer = this.#clock.schedule(this.remainingMs, () => {
          this.abort(
            new RequestTimeoutError(
              "Cannot reply: the deadline of the request has passed",
            ),
          );
        });
      }
    }
    return this.#controller.signal;
  }

  /** Aborts the signal of the handler: nobody waits for its reply. */
  abort(reason: unknown): void {
    this.#timer?.cancel();
    this.#reason ??= reason;
    if (this.#controller === undefined) return;
    abortGuarded(this.#controller, reason, this.#listenerFailed);
  }

  /**
   * Returns whether a handler that threw `error` did so because of its signal.
   */
  isAbort(error: unknown): boolean {
    return this.#reason !== undefined && error === this.#reason;
  }

  /** The handler has ended. */
  end(): void {
    this.#isOver = true;
    this.#timer?.cancel();
  }
}
