/**
 * The sending half of a stream: what its user has sent and what still waits for
 * credit, for its turn or for the socket.
 *
 * @module
 */
import { Ring } from "../../actor/internal.ts";
import type { Backlog } from "./backlog.ts";
import { Batch } from "./batch.ts";
import { SendCredit } from "./credit.ts";
import { ConnectionClosedError, SendAllError } from "./errors.ts";
import type { Loan } from "./loan.ts";
import { PendingSend } from "./pending_send.ts";
import {
  DataFlag,
  FrameType,
  HEADER_BYTES,
  type Priority,
  UNDIVIDED_BYTES,
} from "./protocol.ts";
import type { Sendable } from "./scheduler.ts";

/** What an outbox needs of its session. */
export interface OutboxPort {
  /** Payload bytes of the largest frame that may be sent at any time. */
  readonly maxFrameBytes: number;
  /**
   * Returns the payload bytes of the largest frame that may be sent now if no
   * other stream waits, from memory that is lent or in a copy.
   */
  mostAlone(isLent: boolean): number;
  /** Returns whether a frame may go at once: no stream waits and room is left. */
  mayBypass(): boolean;
  /** Returns whether room is left for another frame. */
  hasRoom(): boolean;
  /** Encodes a frame, or writes it from memory that is lent. */
  frame(
    type: number,
    flags: number,
    stream: number,
    payload: Uint8Array,
    start: number,
    end: number,
    loan?: Loan,
  ): void;
  /** Resets a stream whose user has spoiled it. */
  abandon(stream: number, error: unknown): void;
  /** Puts the outbox into the scheduler's round. */
  activate(outbox: Sendable): void;
}

const DONE: Promise<void> = Promise.resolve();
const EMPTY = new Uint8Array(0);

/**
 * Marks a promise as handled: whoever does not await a send learns of the
 * failure from its reads, and the process must not end because of it.
 */
function handled(promise: Promise<void>): Promise<void> {
  promise.catch(() => {});
  return promise;
}

function rejected(error: unknown): Promise<void> {
  return handled(Promise.reject(error));
}

function sideClosed(): ConnectionClosedError {
  return new ConnectionClosedError(
    "Cannot send: this side of the connection is closed",
  );
}

/** Messages between a user and the session. */
export class Outbox implements Sendable {
  deficit = 0;
  active = false;
  readonly priority: Priority;
  readonly #port: OutboxPort;
  readonly #stream: number;
  readonly #credit = new SendCredit();
  readonly #waiting = new Ring<PendingSend>();
  #finished = false;
  #end: Promise<void> | undefined;
  #error: unknown;

  constructor(port: OutboxPort, stream: number, priority: Priority) {
    this.#port = port;
    this.#stream = stream;
    this.priority = priority;
  }

  /** Whether this direction has ended: finished and sent, or failed. */
  get finished(): boolean {
    return this.#finished && this.#waiting.length === 0;
  }

  /** Credit that was used so far, which grows with what is sent. */
  get spent(): number {
    return this.#credit.spent;
  }

  /** What waits to be sent, and the bytes for which there is credit. */
  get backlog(): Backlog {
    return { sends: this.#waiting.length, credit: this.#credit.available };
  }

  /** Why nothing more can be sent; `undefined` if something can. */
  get error(): unknown {
    return this.#error ?? (this.#finished ? sideClosed() : undefined);
  }

  /**
   * Sends one message, or with `flags` other than END a part of one. Resolves
   * when the session has taken all of it: `payload` belongs to the caller
   * again. Rejects when it was not sent. A `signal` withdraws what waits, and
   * abandons the stream if a part of it has gone.
   */
  send(
    payload: Uint8Array,
    flags?: number,
    signal?: AbortSignal,
  ): Promise<void> {
    return this.#send(payload, flags ?? DataFlag.END, signal);
  }

  #send(
    payload: Uint8Array,
    flags: number,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    if (this.#error !== undefined) return rejected(this.#error);
    if (signal?.aborted) return rejected(signal.reason);
    if (this.#finished) {
      return rejected(sideClosed());
    }
    if (!(payload instanceof Uint8Array)) {
      return rejected(
        new TypeError(
          "Cannot send: the message is not a Uint8Array, encode it first",
        ),
      );
    }
    if ((flags & DataFlag.FIN) !== 0) this.#finished = true;
    return this.#goOrWait(payload, flags, signal, undefined);
  }

  /** Sends a message as `send` does, from a buffer that is returned in any case. */
  sendLent(
    payload: Uint8Array,
    loan: Loan,
    signal?: AbortSignal,
  ): Promise<void> {
    const error = this.error ?? (signal?.aborted ? signal.reason : undefined);
    if (error === undefined) {
      return this.#goOrWait(payload, DataFlag.END, signal, loan);
    }
    loan.release();
    return rejected(error);
  }

  #goOrWait(
    payload: Uint8Array,
    flags: number,
    signal: AbortSignal | undefined,
    loan: Loan | undefined,
  ): Promise<void> {
    const port = this.#port;
    const { length } = payload;
    if (
      this.#waiting.length === 0 && this.#credit.allows(flags, length) &&
      (length <= port.maxFrameBytes ||
        length <= port.mostAlone(loan !== undefined)) &&
      port.mayBypass()
    ) {
      this.#credit.spend(flags, length);
      port.frame(FrameType.DATA, flags, this.#stream, payload, 0, length, loan);
      loan?.release();
      return DONE;
    }
    return handled(
      new Promise((resolve, reject) => {
        const outcome = { resolve, reject };
        this.#wait(PendingSend.single(payload, flags, loan, outcome), signal);
      }),
    );
  }

  /**
   * Sends messages, each as `send` does. Resolves when all were taken; rejects
   * with a `SendAllError`, which says how many were.
   */
  sendAll(
    messages: Iterable<Uint8Array>,
    signal?: AbortSignal,
  ): Promise<void> {
    const error = this.error;
    if (error !== undefined) return rejected(new SendAllError(0, error));
    if (signal?.aborted) return rejected(new SendAllError(0, signal.reason));
    let batch: Batch;
    try {
      batch = new Batch(messages);
    } catch (error) {
      return rejected(error);
    }
    // What others make may be made by sending.
    const isFirst = batch.list !== undefined && this.#waiting.length === 0;
    if (isFirst && this.#port.mayBypass()) this.#burst(batch);
    if (batch.isOver) return DONE;
    return handled(
      new Promise((resolve, reject) => {
        const outcome = {
          resolve,
          reject: (error: unknown) => {
            batch.end();
            reject(new SendAllError(batch.taken, error));
          },
        };
        this.#wait(PendingSend.many(batch, outcome), signal);
      }),
    );
  }

  /**
   * Ends this direction after what waits: half-close. Settles as `send` does,
   * however often it is called.
   */
  finish(): Promise<void> {
    return this.#end ??= this.#send(EMPTY, DataFlag.FIN, undefined);
  }

  /** Takes a credit limit; returns false if it changes nothing. */
  raise(limit: number): boolean {
    if (!this.#credit.raise(limit)) return false;
    const next = this.#waiting.peek();
    if (next === undefined) return true;
    // So small is the window that there may never be credit for all of it.
    if (!next.isDue) next.mayDivide = next.length > this.#credit.available;
    this.#port.activate(this);
    return true;
  }

  /** Fails this direction: sends that wait are rejected as not sent. */
  fail(error: unknown): void {
    this.#error ??= error;
    this.#finished = true;
    let pending: PendingSend | undefined;
    while ((pending = this.#waiting.shift()) !== undefined) {
      pending.reject(error);
    }
  }

  nextFrameBytes(): number {
    const next = this.#head();
    if (next === undefined) return 0;
    if (next.payload.length !== next.length) {
      this.#port.abandon(
        this.#stream,
        new TypeError(
          "Cannot send: the message's buffer was transferred or resized before it was sent",
        ),
      );
      return 0;
    }
    const bytes = this.#nextPayloadBytes(next, this.#port.maxFrameBytes);
    return bytes < 0 || (bytes === 0 && next.offset < next.payload.length)
      ? 0
      : HEADER_BYTES + bytes;
  }

  sendFrame(): void {
    this.#sendFrame(
      this.#waiting.peek() as PendingSend,
      this.#port.maxFrameBytes,
    );
  }

  sendAlone(): void {
    const next = this.#waiting.peek() as PendingSend;
    const { batch, offset } = next;
    if (batch !== undefined && offset === 0) {
      const before = batch.taken;
      this.#burst(batch);
      if (batch.taken > before) return this.#goOn(next, batch);
    }
    this.#sendFrame(next, this.#port.mostAlone(next.loan !== undefined));
  }

  #sendFrame(next: PendingSend, mostBytes: number): void {
    const { payload, offset, loan } = next;
    const bytes = this.#nextPayloadBytes(next, mostBytes);
    const end = offset + bytes;
    const last = end === payload.length;
    const flags = last ? next.flags : 0;
    const stream = this.#stream;
    this.#credit.spend(flags, bytes);
    this.#port.frame(FrameType.DATA, flags, stream, payload, offset, end, loan);
    next.offset = end;
    if (last) this.#taken(next);
  }

  /**
   * Sends messages of a batch while there is room and credit for the next as
   * one frame, which costs a fraction of a turn for each.
   */
  #burst(batch: Batch): void {
    const port = this.#port;
    const credit = this.#credit;
    const stream = this.#stream;
    const { maxFrameBytes } = port;
    let message: Uint8Array | undefined;
    while (port.hasRoom() && (message = batch.peek()) !== undefined) {
      const { length } = message;
      if (length > maxFrameBytes || length > credit.available) return;
      credit.spend(DataFlag.END, length);
      port.frame(FrameType.DATA, DataFlag.END, stream, message, 0, length);
      batch.taken++;
    }
  }

  /** Notes that all of a message was taken. */
  #taken(pending: PendingSend): void {
    const { batch } = pending;
    if (batch !== undefined) {
      batch.taken++;
      return this.#goOn(pending, batch);
    }
    this.#waiting.shift();
    pending.resolve();
  }

  /** Goes on with the next message of a batch, if there is another. */
  #goOn(pending: PendingSend, batch: Batch): void {
    pending.unload();
    if (!batch.isOver) return;
    this.#waiting.shift();
    pending.resolve();
  }

  /** Returns what is first in the line, with its message. */
  #head(): PendingSend | undefined {
    let head: PendingSend | undefined;
    while ((head = this.#waiting.peek())?.isDue && head.batch !== undefined) {
      let message: Uint8Array | undefined;
      let failure: { readonly error: unknown } | undefined;
      try {
        message = head.batch.next();
      } catch (error) {
        failure = { error };
      }
      // Whoever makes the messages may have ended this direction meanwhile.
      if (this.#waiting.peek() !== head) continue;
      if (message !== undefined) {
        head.load(message);
        continue;
      }
      this.#waiting.shift();
      if (failure === undefined) head.resolve();
      else head.reject(failure.error);
    }
    return head;
  }

  #wait(pending: PendingSend, signal: AbortSignal | undefined): void {
    if (signal !== undefined) {
      pending.heed(signal, () => this.#giveUp(pending, signal.reason));
    }
    this.#waiting.push(pending);
    this.#port.activate(this);
  }

  /** Withdraws what waits, or abandons the stream if a part has gone. */
  #giveUp(pending: PendingSend, reason: unknown): void {
    if (pending.offset > 0) return this.#port.abandon(this.#stream, reason);
    this.#waiting.remove(pending);
    pending.reject(reason);
  }

  /** Returns the payload bytes that may go now; negative if no frame may go. */
  #nextPayloadBytes(next: PendingSend, mostBytes: number): number {
    const { available } = this.#credit;
    const left = next.length - next.offset;
    if (left === 0) return this.#credit.allows(next.flags, 0) ? 0 : -1;
    if (left > available && !this.#mayDivide(next)) return -1;
    return Math.min(left, mostBytes, available);
  }

  /** Returns whether a part may go while there is no credit for all of it. */
  #mayDivide({ length, offset, mayDivide }: PendingSend): boolean {
    return length > UNDIVIDED_BYTES || length > this.#port.maxFrameBytes ||
      offset > 0 || mayDivide;
  }
}
