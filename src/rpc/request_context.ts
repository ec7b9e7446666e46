/**
 * One request as its handler sees it.
 *
 * @module
 */
import type { Clock, Timer } from "../actor/mod.ts";
import { RequestTimeoutError } from "./request_errors.ts";

/** What a handler knows of a request beside its value. */
export interface RequestContext {
  /**
   * Aborts when nobody waits for the reply: with `RequestCancelledError`, at
   * the deadline with `RequestTimeoutError`, or when the connection ends.
   * It and its timer are made when it is first asked for.
   */
  readonly signal: AbortSignal;
  /**
   * Whole milliseconds to the deadline: 0 when it has passed, `Infinity` when
   * there is none. What the handler asks of others in turn may have it as
   * `timeoutMs`.
   */
  readonly remainingMs: number;
}

/** A request from its arrival to its answer. */
export class Exchange implements RequestContext {
  readonly #clock: Clock;
  readonly #expiresAt: number;
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
  ) {
    this.#clock = clock;
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
              "Cannot answer: the deadline of the request has passed",
            ),
          );
        });
      }
    }
    return this.#controller.signal;
  }

  /** Tells the handler that nobody waits for its reply. */
  abort(reason: unknown): void {
    this.#timer?.cancel();
    this.#reason ??= reason;
    this.#controller?.abort(reason);
  }

  /** Whether `error` is the handler's way to say that it was aborted. */
  isAbort(error: unknown): boolean {
    return this.#reason !== undefined && error === this.#reason;
  }

  /** The handler has ended. */
  end(): void {
    this.#isOver = true;
    this.#timer?.cancel();
  }
}
