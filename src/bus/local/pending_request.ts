/**
 * A request that waits for its first reply.
 *
 * @module
 */
import { Deadline, type Deadlines } from "../../actor/internal.ts";
import { DONE } from "../delivery/delivered.ts";
import type { ReplyTarget } from "../delivery/incoming.ts";
import { BusTimeoutError } from "../errors.ts";
import type { Payload } from "../payload.ts";

/** What the requests of a bus share. */
export interface RequestPort {
  readonly deadlines: Deadlines;
  /** The requests that wait. */
  readonly pending: Set<{ fail(error: unknown): void }>;
  /** A reply has come for a request that does not wait any more. */
  onLateReply(): void;
}

/** One request; its promise settles once, and it removes itself. */
export class PendingRequest extends Deadline implements ReplyTarget {
  readonly #subject: string;
  readonly #port: RequestPort;
  readonly #signal: AbortSignal | undefined;
  readonly #reply = Promise.withResolvers<Payload>();
  readonly #onAbort: (() => void) | undefined;
  #isPending = true;

  constructor(
    subject: string,
    port: RequestPort,
    timeoutMs: number,
    signal: AbortSignal | undefined,
  ) {
    super();
    this.#subject = subject;
    this.#port = port;
    this.#signal = signal;
    port.pending.add(this);
    port.deadlines.add(this, timeoutMs);
    if (signal === undefined) return;
    this.#onAbort = () => this.fail(signal.reason);
    signal.addEventListener("abort", this.#onAbort, { once: true });
  }

  /** The first reply. */
  get first(): Promise<Payload> {
    return this.#reply.promise;
  }

  get isOver(): boolean {
    return !this.#isPending;
  }

  reply(payload: Payload): Promise<void> {
    if (this.#settle()) this.#reply.resolve(payload);
    else this.#port.onLateReply();
    return DONE;
  }

  /** There will be no reply. */
  fail(error: unknown): void {
    if (this.#settle()) this.#reply.reject(error);
  }

  override expire(): void {
    this.fail(
      new BusTimeoutError(
        `Cannot request on ${this.#subject}: no reply has come in time`,
      ),
    );
  }

  /** Returns whether it was pending until now. */
  #settle(): boolean {
    if (!this.#isPending) return false;
    this.#isPending = false;
    this.#port.pending.delete(this);
    this.#port.deadlines.remove(this);
    if (this.#onAbort !== undefined) {
      this.#signal?.removeEventListener("abort", this.#onAbort);
    }
    return true;
  }
}
