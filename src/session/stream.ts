/**
 * One stream of a session: what stands behind a logical connection.
 *
 * @module
 */
import { checkInteger, checkString } from "../checks/internal.ts";
import { encodeReason, encodeUint64, type Reason } from "./wire/frame.ts";
import type { PayloadTarget } from "./wire/frame_reader.ts";
import type { WaitingData } from "./wire/backlog.ts";
import { Inbox } from "./wire/inbox.ts";
import { Outbox } from "./wire/outbox.ts";
import { DataFlag, ErrorCode, FrameType } from "./wire/protocol.ts";
import { CloseDeadline } from "./close_deadline.ts";
import {
  ConnectionClosedError,
  ConnectionRefusedError,
  ConnectionResetError,
} from "./errors.ts";
import type {
  LogicalConnection,
  OpenOptions,
  ReceiveOptions,
  SendAllOptions,
  SendOptions,
} from "./logical_connection.ts";
import type { BatchOptions, MessageBatch } from "./wire/message_batch.ts";
import {
  refuseReceive,
  refuseSend,
  refuseSendAll,
  resolveBatchOptions,
} from "./message_options.ts";
import type { Address } from "./options.ts";
import { ReadLoop, type ReadLoopPort } from "./read_loop.ts";
import type { SessionPhase } from "./session_phase.ts";
import type { StreamPort } from "./stream_port.ts";
import { sendTransferred } from "./transfer.ts";
import { ByteReadable, MessageWritable } from "./web_streams.ts";

const READER_LEFT = "The reader has left";

/** A logical connection, seen from its session. */
export class Stream implements LogicalConnection {
  readonly id: string;
  readonly metadata: Uint8Array;
  /** Whether the peer has sent data. */
  hasData = false;
  /** Called once, when its user has closed it or it has ended. */
  onRelease: (() => void) | undefined;
  readonly #session: StreamPort;
  readonly #stream: number;
  readonly #inbox: Inbox;
  readonly #outbox: Outbox;
  readonly #closed: PromiseWithResolvers<void> = Promise.withResolvers();
  #acceptance: PromiseWithResolvers<void> | undefined;
  #isAccepted = false;
  /** Whether somebody serves it, maybe even after it has ended. */
  #isServed = false;
  /** Why the stream failed, if it did. */
  #error: unknown;
  /** Checks in a row before which nothing was sent or received. */
  #idleChecks = 0;
  #stopped = false;
  #removed = false;
  #readable: ByteReadable | undefined;
  #writable: MessageWritable | undefined;
  /** What reads reject with after a `close` of this side. */
  #closedHere: ConnectionClosedError | undefined;
  #closing: CloseDeadline | undefined;

  constructor(session: StreamPort, stream: number, options: OpenOptions) {
    this.#session = session;
    this.#stream = stream;
    this.id = options.id;
    this.metadata = options.metadata;
    this.#outbox = new Outbox(session.output, stream, options.priority);
    this.#inbox = new Inbox(session, stream);
  }

  get remote(): Required<Address> {
    return this.#session.remote;
  }

  get identity(): string | undefined {
    return this.#session.identity;
  }

  get phase(): SessionPhase {
    return this.#session.phase;
  }

  get roundTripMs(): number {
    return this.#session.roundTripMs;
  }

  get accepted(): Promise<void> {
    if (this.#acceptance === undefined) {
      this.#acceptance = Promise.withResolvers();
      this.#acceptance.promise.catch(() => {});
      if (this.#isAccepted) this.#acceptance.resolve();
      else if (this.#removed) this.#acceptance.reject(this.#error);
    }
    return this.#acceptance.promise;
  }

  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  send(message: Uint8Array, options?: SendOptions): Promise<void> {
    const refused = options === undefined
      ? undefined
      : refuseSend(message, options);
    if (refused !== undefined) return refused;
    this.#idleChecks = 0;
    return options?.transfer
      ? sendTransferred(this.#outbox, message, options, this.#session)
      : this.#outbox.send(message, DataFlag.END, options?.signal);
  }

  sendAll(
    messages: Iterable<Uint8Array>,
    options?: SendAllOptions,
  ): Promise<void> {
    const refused = refuseSendAll(messages, options);
    if (refused !== undefined) return refused;
    this.#idleChecks = 0;
    return this.#outbox.sendAll(messages, options?.signal);
  }

  receive(options?: ReceiveOptions): Promise<Uint8Array | undefined> {
    const refused = options === undefined ? undefined : refuseReceive(options);
    return refused ?? this.#inbox.receive(options);
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, void, void> {
    const inbox = this.#inbox;
    return this.#loop({
      take: () => inbox.takeMessage(),
      read: () => inbox.receive(),
    });
  }

  batches(
    options?: BatchOptions,
  ): AsyncIterableIterator<MessageBatch, void, void> {
    const { maxBytes, signal } = resolveBatchOptions(options);
    return this.#loop<MessageBatch>({
      read: () => this.#inbox.receiveBatch(maxBytes, signal),
    });
  }

  get readable(): ReadableStream<Uint8Array> {
    this.#readable ??= new ByteReadable(
      this.#inbox,
      () => this.#stopReading(READER_LEFT),
    );
    return this.#readable.stream;
  }

  get writable(): WritableStream<Uint8Array> {
    if (this.#writable === undefined) {
      this.#writable = new MessageWritable({
        write: (message) => this.send(message),
        close: () => this.#endWriting(),
        abort: () => this.reset(ErrorCode.CANCELLED, "The writer gave up"),
      });
      const error = this.#outbox.error;
      if (error !== undefined) this.#writable.fail(error);
    }
    return this.#writable.stream;
  }

  closeWrite(): Promise<void> {
    const ending = this.#endWriting();
    this.#writable?.fail(this.#outbox.error);
    return ending;
  }

  async #endWriting(): Promise<void> {
    await this.#outbox.finish();
    this.#removeIfDone();
  }

  async close(): Promise<void> {
    if (this.#removed) return;
    this.#closedHere ??= new ConnectionClosedError("The connection is closed");
    this.#stopReading(this.#closedHere.message, this.#closedHere);
    const ending = this.closeWrite();
    if (!this.#removed) {
      const { clock, options: { closeMs } } = this.#session;
      this.#closing ??= new CloseDeadline(
        clock,
        closeMs,
        () => this.#closeProgress(),
        () =>
          this.reset(
            ErrorCode.CANCELLED,
            this.#outbox.finished
              ? "The peer did not end its side in time"
              : "The peer did not read in time",
          ),
      );
    }
    // Each send has reported its own failure; closing after one is no error.
    await ending.catch(() => {});
    this.#release();
  }

  /** Returns another number whenever closing has got on. */
  #closeProgress(): number {
    const { finished, spent } = this.#outbox;
    if (!finished) return spent;
    // Only a peer that can be reached can end its side: NaN is always another.
    return this.#session.phase === "connected" ? -1 : NaN;
  }

  reset(code: ErrorCode | number = ErrorCode.CANCELLED, reason = ""): void {
    checkInteger("code", code, { min: 0, max: 2 ** 32 - 1 });
    checkString("reason", reason);
    if (this.#removed) return;
    this.#session.reset(this.#stream, code, reason);
    this.fail(new ConnectionClosedError("The connection was reset here"));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #loop<T>(source: Pick<ReadLoopPort<T>, "take" | "read">): ReadLoop<T> {
    return new ReadLoop<T>({
      ...source,
      isClosedHere: (error) =>
        error !== undefined && error === this.#closedHere,
      leave: () => this.#stopReading(READER_LEFT),
    });
  }

  // For the session.

  /** What waits in either direction. */
  get waiting(): WaitingData {
    const { priority, backlog } = this.#outbox;
    const { unread } = this.#inbox;
    return { isAccepted: this.#isAccepted, priority, backlog, unread };
  }

  /** Returns the first credit limit, for the OPEN. */
  firstLimit(): number {
    return this.#inbox.firstLimit();
  }

  /** Lets the peer go on, when it opened the connection. */
  accept(): void {
    this.#isAccepted = this.#isServed = true;
    const limit = encodeUint64(this.#inbox.firstLimit());
    this.#session.output.control(FrameType.ACCEPT, this.#stream, limit);
  }

  /** Called when whoever served it has returned. */
  onServed(): void {
    if (this.#isServed && this.#removed) this.#session.leftService();
    this.#isServed = false;
    this.#inbox.release();
  }

  /** Takes an ACCEPT; returns false if it changes nothing. */
  onAccepted(limit: number): boolean {
    const isNew = !this.#isAccepted;
    this.#isAccepted = true;
    this.#acceptance?.resolve();
    return this.raise(limit) || isNew;
  }

  /** Takes a DATA frame. */
  onData(flags: number, bytes: Uint8Array, start: number, end: number): void {
    this.hasData = true;
    this.#idleChecks = 0;
    this.#inbox.deliver(flags, bytes, start, end);
    if (this.#inbox.finished) this.#onReadEnd();
  }

  /** Takes the header of a large DATA frame; returns where its payload goes. */
  beginLarge(flags: number, length: number): PayloadTarget | undefined {
    this.hasData = true;
    this.#idleChecks = 0;
    return this.#inbox.begin(flags, length);
  }

  /** Called when the payload of the large frame is there. */
  endLarge(): void {
    this.#idleChecks = 0;
    this.#inbox.endLarge();
    if (this.#inbox.finished) this.#onReadEnd();
  }

  /** Forgets what has arrived of a large frame: it comes once more. */
  revokeLarge(): void {
    this.#inbox.revokeLarge();
  }

  #onReadEnd(): void {
    this.#readable?.settle();
    this.#removeIfDone();
  }

  /** Called before the bytes that `onData` was given change. */
  endRead(): void {
    this.#inbox.endRead();
  }

  /** Takes a credit limit; returns false if it changes nothing. */
  raise(limit: number): boolean {
    const raised = this.#outbox.raise(limit);
    // The peer reads: a long message is under way.
    if (raised) this.#idleChecks = 0;
    return raised;
  }

  /** Resets the connection at the third check in a row that finds it idle. */
  checkIdle(): void {
    if (++this.#idleChecks <= 2) return;
    this.reset(ErrorCode.TIMEOUT, "Nothing was sent for too long");
  }

  /** Takes a STOP; returns false if the peer has sent one before. */
  onStop({ code, text }: Reason): boolean {
    if (this.#stopped) return false;
    this.#stopped = true;
    const error = new ConnectionResetError(
      `The peer no longer reads this connection (code ${code}): ${text}`,
      code,
    );
    const finished = this.#outbox.finished;
    this.#outbox.fail(error);
    this.#writable?.fail(error);
    // The peer keeps the stream until this direction has ended.
    if (!finished) this.#session.endStream(this.#stream);
    this.#removeIfDone();
    return true;
  }

  /** Takes a RESET: the peer has ended the stream, or never wanted it. */
  onReset({ code, text }: Reason): void {
    const reason = text || "no reason given";
    this.fail(
      code === ErrorCode.REFUSED
        ? new ConnectionRefusedError(
          `The peer has refused the connection: ${reason}`,
          code,
        )
        : new ConnectionResetError(
          `The peer has reset the connection (code ${code}): ${reason}`,
          code,
        ),
    );
  }

  /** Ends both directions with `error`. */
  fail(error: unknown): void {
    this.#error ??= error;
    this.#outbox.fail(error);
    this.#writable?.fail(error);
    this.#inbox.fail(error);
    this.#readable?.settle();
    this.#remove();
  }

  #stopReading(text: string, error = new ConnectionClosedError(text)): void {
    if (this.#inbox.finished) return;
    this.#inbox.discard(error);
    this.#readable?.settle();
    if (this.#removed) return;
    const reason = encodeReason({ code: ErrorCode.CANCELLED, text });
    this.#session.output.control(FrameType.STOP, this.#stream, reason);
  }

  #removeIfDone(): void {
    if (this.#outbox.finished && this.#inbox.finished) this.#remove();
  }

  #remove(): void {
    if (this.#removed) return;
    this.#removed = true;
    this.#closing?.stop();
    if (!this.#isAccepted) this.#acceptance?.reject(this.#error);
    this.#session.remove(this.#stream);
    if (this.#isServed) this.#session.endedInService();
    else this.#inbox.release();
    this.#closed.resolve();
    this.#release();
  }

  #release(): void {
    this.onRelease?.();
    this.onRelease = undefined;
  }
}
