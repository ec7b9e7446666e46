/**
 * Requests of a client: one that waits for its first reply, and one that yields
 * many.
 *
 * @module
 */
import { Deadline, type Deadlines, Ring } from "../../../actor/internal.ts";
import type { Codec } from "../../../codec/mod.ts";
import { BusTimeoutError } from "../../errors.ts";
import type { RequestOutcome } from "./publisher.ts";

/** Replies that may wait to be read, and their bytes. */
const MAX_REPLIES = 10_000;
const MAX_REPLY_BYTES = 16_777_216;

/** What a request waits with. */
export interface RequestPort {
  readonly deadlines: Deadlines;
  readonly subject: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/** What all requests have: a deadline, a signal, and an end. */
abstract class WaitingRequest extends Deadline {
  readonly #port: RequestPort;
  readonly #onAbort: (() => void) | undefined;
  #isOver = false;
  /** Tells the bus that nobody waits; set when it was sent. */
  cancel: (() => void) | undefined;

  constructor(port: RequestPort) {
    super();
    this.#port = port;
    port.deadlines.add(this, port.timeoutMs);
    const { signal } = port;
    if (signal === undefined) return;
    this.#onAbort = () => {
      const { reason } = signal;
      if (this.finish()) this.aborted(reason);
    };
    signal.addEventListener("abort", this.#onAbort, { once: true });
  }

  /** Whether it waits no longer. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** What the error of its deadline is. */
  protected timedOut(): BusTimeoutError {
    const { subject, timeoutMs } = this.#port;
    return new BusTimeoutError(
      `Cannot request on ${subject}: no reply has come within ${timeoutMs} ms`,
    );
  }

  protected abstract aborted(reason: unknown): void;

  /** Ends the waiting; returns whether it was not over. */
  protected finish(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    const { deadlines, signal } = this.#port;
    deadlines.remove(this);
    if (this.#onAbort !== undefined) {
      signal?.removeEventListener("abort", this.#onAbort);
    }
    this.cancel?.();
    return true;
  }
}

/** A request that waits for its first reply. */
export class SingleRequest<R> extends WaitingRequest implements RequestOutcome {
  readonly isSingle = true;
  readonly #codec: Codec<R>;
  readonly #settled = Promise.withResolvers<R>();

  constructor(port: RequestPort, codec: Codec<R>) {
    super(port);
    this.#codec = codec;
  }

  /** The first reply. */
  get first(): Promise<R> {
    return this.#settled.promise;
  }

  reply(bytes: Uint8Array): void {
    this.cancel = undefined;
    if (!this.finish()) return;
    try {
      this.#settled.resolve(this.#codec.decode(bytes));
    } catch (error) {
      this.#settled.reject(error);
    }
  }

  done(): void {
    this.fail(this.timedOut());
  }

  fail(error: unknown): void {
    this.cancel = undefined;
    if (this.finish()) this.#settled.reject(error);
  }

  override expire(): void {
    const error = this.timedOut();
    if (this.finish()) this.#settled.reject(error);
  }

  protected aborted(reason: unknown): void {
    this.#settled.reject(reason);
  }
}

/** A request that yields replies until its deadline. */
export class ManyRequest<R> extends WaitingRequest implements RequestOutcome {
  readonly isSingle = false;
  readonly #codec: Codec<R>;
  readonly #maxReplies: number;
  readonly #replies = new Ring<Uint8Array>();
  #bytes = 0;
  #count = 0;
  #error: readonly [unknown] | undefined;
  #wake: (() => void) | undefined;

  constructor(port: RequestPort, codec: Codec<R>, maxReplies: number) {
    super(port);
    this.#codec = codec;
    this.#maxReplies = maxReplies;
  }

  /** Returns the next reply, or `undefined` at the end. */
  async receive(): Promise<{ readonly value: R } | undefined> {
    for (;;) {
      const bytes = this.#replies.shift();
      if (bytes !== undefined) {
        this.#bytes -= bytes.length;
        return { value: this.#codec.decode(bytes) };
      }
      if (this.isOver) {
        if (this.#error === undefined) return undefined;
        throw this.#error[0];
      }
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  /** Nobody reads it any more. */
  leave(): void {
    this.#over();
  }

  reply(bytes: Uint8Array): void {
    if (this.isOver) return;
    this.#replies.push(bytes);
    this.#bytes += bytes.length;
    while (
      this.#replies.length > 1 &&
      (this.#replies.length > MAX_REPLIES || this.#bytes > MAX_REPLY_BYTES)
    ) this.#bytes -= this.#replies.shift()?.length ?? 0;
    if (++this.#count >= this.#maxReplies) this.#over();
    this.#wake?.();
  }

  done(): void {
    this.cancel = undefined;
    this.#over();
  }

  fail(error: unknown): void {
    this.cancel = undefined;
    this.#over(error);
  }

  override expire(): void {
    this.#over();
  }

  protected aborted(reason: unknown): void {
    this.#error = [reason];
    this.#wake?.();
  }

  #over(...error: [] | [unknown]): void {
    if (!this.finish()) return;
    if (error.length === 1) this.#error = error;
    this.#wake?.();
  }
}
