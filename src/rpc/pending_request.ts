/**
 * One request on the side that makes it, from its call to its reply.
 *
 * @module
 */
import { Deadline } from "../actor/internal.ts";
import { RequestTimeoutError } from "./request_errors.ts";

/** Whether the other side can have seen a request. */
export interface SendRecord {
  isSent: boolean;
}

/** A request from its call to its reply. */
export class PendingRequest<Reply> extends Deadline {
  override expiresAt: number = Infinity;
  /** Assigned when the request is sent. */
  id = 0;
  readonly #timeoutMs: number;
  readonly #cancel: (pending: PendingRequest<Reply>, error: unknown) => void;
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort: (() => void) | undefined;

  constructor(
    readonly resolve: (reply: Reply) => void,
    readonly reject: (error: unknown) => void,
    cancel: (pending: PendingRequest<Reply>, error: unknown) => void,
    timeoutMs: number,
    signal: AbortSignal | undefined,
    readonly record: SendRecord | undefined,
  ) {
    super();
    this.#cancel = cancel;
    this.#timeoutMs = timeoutMs;
    if (signal === undefined) return;
    this.#signal = signal;
    this.#onAbort = () => cancel(this, signal.reason);
    signal.addEventListener("abort", this.#onAbort, { once: true });
  }

  expire(): void {
    const error = new RequestTimeoutError(
      `Cannot wait longer for a reply: none came within ${this.#timeoutMs} ms`,
    );
    this.#cancel(this, error);
  }

  /** Stops listening to the signal. */
  unwatch(): void {
    if (this.#onAbort === undefined) return;
    this.#signal?.removeEventListener("abort", this.#onAbort);
  }
}
