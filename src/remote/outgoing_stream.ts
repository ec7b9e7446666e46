/**
 * The side of a stream that its values come from: it sends no more of them than
 * the reader has given credit for.
 *
 * @module
 */
import { checkNoArguments } from "../checks/internal.ts";
import type { Call } from "./call.ts";
import type { StreamSink } from "./implementation.ts";
import type { Outbox } from "./outbox.ts";

/** What a stream needs of its connection. */
export interface OutgoingPort {
  readonly outbox: Outbox;
  /** Encodes a value as an ITEM. */
  encode(id: number, value: unknown): Uint8Array;
  /** Called once at the end, with the failure if there is one. */
  ended(stream: OutgoingStream, failure?: { readonly error: unknown }): void;
}

/** The most credit that is counted. */
const MAX_CREDIT = 2 ** 32 - 1;

/** A stream that a client reads. */
export class OutgoingStream implements StreamSink<unknown> {
  readonly call: Call;
  readonly #port: OutgoingPort;
  #credit: number;
  #isOver = false;
  /** Those who wait for credit, or for the end. */
  #waiters: (() => void)[] = [];

  constructor(call: Call, credit: number, port: OutgoingPort) {
    this.call = call;
    this.#credit = credit;
    this.#port = port;
  }

  get signal(): AbortSignal {
    return this.call.signal;
  }

  /** Lets so many more items go. */
  addCredit(items: number): void {
    this.#credit = Math.min(this.#credit + items, MAX_CREDIT);
    this.#wake();
  }

  tell(value: unknown): boolean {
    if (this.#isOver || this.#credit === 0 || this.#port.outbox.isFull) {
      return false;
    }
    let item: Uint8Array;
    try {
      item = this.#port.encode(this.call.id, value);
    } catch (error) {
      // Whoever sends it must not crash with what only the reader can see.
      this.fail(error);
      return false;
    }
    this.#credit--;
    this.#port.outbox.add(item);
    return true;
  }

  async ready(...given: unknown[]): Promise<void> {
    checkNoArguments("ready()", given);
    await this.#untilReady();
  }

  async #untilReady(): Promise<void> {
    while (!this.#isOver) {
      if (this.#credit === 0) {
        await new Promise<void>((resolve) => this.#waiters.push(resolve));
      } else if (this.#port.outbox.isFull) await this.#port.outbox.room();
      else return;
    }
  }

  end(): void {
    if (this.#over()) this.#port.ended(this);
  }

  fail(error: unknown): void {
    if (this.#over()) this.#port.ended(this, { error });
  }

  /** Stops it, as nobody reads any more; nothing else is sent. */
  stop(): void {
    this.#over();
  }

  /** Sends what an iterable yields; it is asked for a value when that may go. */
  async pump(values: AsyncIterable<unknown>): Promise<void> {
    const iterator = values[Symbol.asyncIterator]();
    // One that waits for a value is left at once, if it can be.
    this.call.onAbort = () => void this.#leave(iterator);
    try {
      for (;;) {
        await this.#untilReady();
        if (this.#isOver) return await this.#leave(iterator);
        const { done, value } = await iterator.next();
        if (done) return this.end();
        // There may be less room than before it was asked for.
        while (!this.tell(value) && !this.#isOver) {
          await this.#untilReady();
        }
      }
    } catch (error) {
      this.fail(error);
    }
  }

  async #leave(iterator: AsyncIterator<unknown>): Promise<void> {
    try {
      await iterator.return?.();
    } catch {
      // The reader has left: nobody is there to learn of it.
    }
  }

  #over(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    this.#wake();
    return true;
  }

  #wake(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }
}
