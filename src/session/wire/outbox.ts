/**
 * The sending half of a stream: what its user has sent and what still waits for
 * credit, for its turn or for the socket.
 *
 * @module
 */
import { Ring } from "../../actor/internal.ts";
import { Batch } from "./batch.ts";
import { SendCredit } from "./credit.ts";
import { ConnectionClosedError, SendAllError } from "./errors.ts";
import {
  DataFlag,
  FrameType,
  HEADER_BYTES,
  type Priority,
} from "./protocol.ts";
import type { Sendable } from "./scheduler.ts";

/** What an outbox needs of its session. */
export interface OutboxPort {
  /** Payload bytes of the largest frame that the peer accepts. */
  readonly maxFrameBytes: number;
  /** Returns whether a frame may go at once: no stream waits and room is left. */
  mayBypass(): boolean;
  /** Returns whether room is left for another frame. */
  hasRoom(): boolean;
  /** Encodes a frame and wakes the socket. */
  frame(
    type: number,
    flags: number,
    stream: number,
    payload: Uint8Array,
    start: number,
    end: number,
  ): void;
  /** Resets a stream whose user has spoiled it. */
  abandon(stream: number, error: unknown): void;
  /** Puts the outbox into the scheduler's round. */
  activate(outbox: Sendable): void;
}

/** A message that waits, or what is left of one; or several, one by one. */
interface PendingSend {
  payload: Uint8Array;
  /** Length of the payload at first; its buffer may be transferred since. */
  length: number;
  readonly flags: number;
  offset: number;
  /** Where the messages come from, if there are several. */
  readonly batch: Batch | undefined;
  /** Whether `payload` is still to be had from the batch. */
  isDue: boolean;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
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
    const port = this.#port;
    const { length } = payload;
    if (
      this.#waiting.length === 0 && length <= port.maxFrameBytes &&
      this.#credit.allows(flags, length) && port.mayBypass()
    ) {
      this.#credit.spend(flags, length);
      port.frame(FrameType.DATA, flags, this.#stream, payload, 0, length);
      return DONE;
    }
    return handled(
      new Promise((resolve, reject) => {
        this.#wait({
          payload,
          length,
          flags,
          offset: 0,
          batch: undefined,
          isDue: false,
          resolve,
          reject,
        }, signal);
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
        this.#wait({
          payload: EMPTY,
          length: 0,
          flags: DataFlag.END,
          offset: 0,
          batch,
          isDue: true,
          resolve,
          reject: (error) => {
            batch.end();
            reject(new SendAllError(batch.taken, error));
          },
        }, signal);
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
    if (this.#waiting.length > 0) this.#port.activate(this);
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
    const bytes = this.#nextPayloadBytes(next);
    return bytes < 0 || (bytes === 0 && next.offset < next.payload.length)
      ? 0
      : HEADER_BYTES + bytes;
  }

  sendFrame(): void {
    const next = this.#waiting.peek() as PendingSend;
    const { payload, offset } = next;
    const bytes = this.#nextPayloadBytes(next);
    const end = offset + bytes;
    const last = end === payload.length;
    const flags = last ? next.flags : 0;
    this.#credit.spend(flags, bytes);
    this.#port.frame(FrameType.DATA, flags, this.#stream, payload, offset, end);
    next.offset = end;
    if (last) this.#taken(next);
  }

  sendAlone(): void {
    const next = this.#waiting.peek() as PendingSend;
    if (next.batch === undefined || next.offset > 0) return this.sendFrame();
    const before = next.batch.taken;
    this.#burst(next.batch);
    if (next.batch.taken === before) return this.sendFrame();
    this.#goOn(next, next.batch);
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
    pending.payload = EMPTY;
    pending.length = pending.offset = 0;
    pending.isDue = true;
    if (!batch.isOver) return;
    this.#waiting.shift();
    pending.resolve();
  }

  /** Returns what is first in the line, with its message. */
  #head(): PendingSend | undefined {
    let head: PendingSend | undefined;
    while ((head = this.#waiting.peek())?.isDue && head.batch !== undefined) {
      let message: Uint8Array | undefined;
      let end = head.resolve;
      try {
        message = head.batch.next();
      } catch (error) {
        const { reject } = head;
        end = () => reject(error);
      }
      // Whoever makes the messages may have ended this direction meanwhile.
      if (this.#waiting.peek() !== head) continue;
      if (message === undefined) {
        this.#waiting.shift();
        end();
      } else {
        head.payload = message;
        head.length = message.length;
        head.isDue = false;
      }
    }
    return head;
  }

  #wait(pending: PendingSend, signal: AbortSignal | undefined): void {
    this.#waiting.push(
      signal === undefined ? pending : this.#abortable(pending, signal),
    );
    this.#port.activate(this);
  }

  #abortable(pending: PendingSend, signal: AbortSignal): PendingSend {
    const { resolve, reject } = pending;
    const ended = (): void => signal.removeEventListener("abort", abort);
    const abortable: PendingSend = {
      ...pending,
      resolve: () => (ended(), resolve()),
      reject: (error) => (ended(), reject(error)),
    };
    const abort = (): void => {
      if (abortable.offset > 0) {
        return this.#port.abandon(this.#stream, signal.reason);
      }
      this.#waiting.remove(abortable);
      reject(signal.reason);
    };
    signal.addEventListener("abort", abort, { once: true });
    return abortable;
  }

  /** Returns the payload bytes that may go now; negative if no frame may go. */
  #nextPayloadBytes({ payload, flags, offset }: PendingSend): number {
    if (payload.length === 0) return this.#credit.allows(flags, 0) ? 0 : -1;
    return Math.min(
      payload.length - offset,
      this.#port.maxFrameBytes,
      this.#credit.available,
    );
  }
}
