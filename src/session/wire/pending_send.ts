/**
 * What waits to be sent over a stream: a message, what is left of one, or
 * several messages one by one.
 *
 * @module
 */
import type { Batch } from "./batch.ts";
import { DataFlag } from "./protocol.ts";
import type { Loan } from "./loan.ts";

const EMPTY = new Uint8Array(0);

/** How whoever sends it learns of its end. */
export interface SendOutcome {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** A message that waits, with the promise of whoever sends it. */
export class PendingSend {
  payload: Uint8Array;
  /** Length of the payload at first; its buffer may be transferred since. */
  length: number;
  readonly flags: number;
  /** Bytes of the payload that have gone. */
  offset = 0;
  /** Whose the buffer of the payload is, if it is lent. */
  readonly loan: Loan | undefined;
  /** Where the messages come from, if there are several. */
  readonly batch: Batch | undefined;
  /** Whether `payload` is still to be had from the batch. */
  isDue: boolean;
  /** Whether its parts may go, though there was no credit for all of it. */
  mayDivide = false;
  readonly #outcome: SendOutcome;
  #signal: AbortSignal | undefined;
  #onAbort: (() => void) | undefined;

  private constructor(
    payload: Uint8Array,
    flags: number,
    loan: Loan | undefined,
    batch: Batch | undefined,
    outcome: SendOutcome,
  ) {
    this.payload = payload;
    this.length = payload.length;
    this.flags = flags;
    this.loan = loan;
    this.batch = batch;
    this.isDue = batch !== undefined;
    this.#outcome = outcome;
  }

  /** One message, or with `flags` other than END a part of one. */
  static single(
    payload: Uint8Array,
    flags: number,
    loan: Loan | undefined,
    outcome: SendOutcome,
  ): PendingSend {
    return new PendingSend(payload, flags, loan, undefined, outcome);
  }

  /** Messages of a batch. */
  static many(batch: Batch, outcome: SendOutcome): PendingSend {
    return new PendingSend(EMPTY, DataFlag.END, undefined, batch, outcome);
  }

  /** Calls `onAbort` when the signal aborts before this has ended. */
  heed(signal: AbortSignal, onAbort: () => void): void {
    this.#signal = signal;
    this.#onAbort = onAbort;
    signal.addEventListener("abort", onAbort, { once: true });
  }

  /** Takes the next message of a batch. */
  load(message: Uint8Array): void {
    this.payload = message;
    this.length = message.length;
    this.isDue = false;
  }

  /** Lets the message of a batch go, which was taken. */
  unload(): void {
    this.payload = EMPTY;
    this.length = this.offset = 0;
    this.isDue = true;
    this.mayDivide = false;
  }

  /** Ends it: all of it was taken. */
  resolve(): void {
    this.#end();
    this.#outcome.resolve();
  }

  /** Ends it: it was not sent. */
  reject(error: unknown): void {
    this.#end();
    this.#outcome.reject(error);
  }

  #end(): void {
    if (this.#onAbort !== undefined) {
      this.#signal?.removeEventListener("abort", this.#onAbort);
    }
    this.loan?.release();
  }
}
