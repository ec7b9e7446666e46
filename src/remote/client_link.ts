/**
 * A connection to an actor of another process: what was asked over it and has
 * no reply yet, and the actors that it gave out.
 *
 * @module
 */
import { MailboxFullError } from "../actor/mod.ts";
import { Deadlines } from "../actor/internal.ts";
import {
  encodeCancel,
  HEAD_BYTES,
  nextRequestId,
  type PendingRequest,
  writeRequestHead,
  writeU32,
} from "../rpc/internal.ts";
import {
  ConnectionClosedError,
  ConnectionResetError,
  ErrorCode,
  type LogicalConnection,
  ProtocolError,
} from "../session/mod.ts";
import { BodyCodec } from "./body.ts";
import type { ClientSettings } from "./client_settings.ts";
import { ClientTarget, endOf } from "./client_target.ts";
import { ProtocolMismatchError } from "./errors.ts";
import { errorOf } from "./failure.ts";
import {
  bareFrame,
  creditFrame,
  FrameType,
  numberOf,
  unexpected,
  writeHead,
} from "./frames.ts";
import type { IncomingPort, IncomingStream } from "./incoming_stream.ts";
import { Outbox } from "./outbox.ts";
import { PendingCall } from "./pending_call.ts";
import type { NamedOperation, Protocol } from "./protocol.ts";
import { checkedBy } from "./schema_check.ts";

/** Makes the stub of an actor that was given out. */
export type MakeStub = (target: ClientTarget) => unknown;

/** A stream that is read, with what it is of. */
interface OpenStream {
  readonly number: number;
  readonly stream: IncomingStream;
  readonly called: NamedOperation;
}

/** The client's side of one connection. */
export class ClientLink implements IncomingPort {
  readonly outbox: Outbox;
  readonly bodies: BodyCodec;
  readonly connection: LogicalConnection;
  /** The actor that was connected to, when the other side has said so. */
  readonly root: Promise<ClientTarget>;
  /** Resolves when the link has ended. */
  readonly ended: Promise<void>;
  /** Replies and values that came for what was given up. */
  lateReplies = 0;
  /** Why there are no more replies. */
  error: unknown;
  readonly #protocol: Protocol;
  readonly #settings: ClientSettings;
  readonly #makeStub: MakeStub;
  readonly #deadlines: Deadlines;
  readonly #root = Promise.withResolvers<ClientTarget>();
  readonly #ended = Promise.withResolvers<void>();
  readonly #pending = new Map<number, PendingCall | OpenStream>();
  readonly #targets = new Map<number, ClientTarget>();
  #lastId = 0;

  constructor(
    connection: LogicalConnection,
    protocol: Protocol,
    settings: ClientSettings,
    makeStub: MakeStub,
  ) {
    this.connection = connection;
    this.outbox = new Outbox(connection, settings);
    this.bodies = new BodyCodec(settings.maxMessageBytes);
    this.root = this.#root.promise;
    this.root.catch(() => {});
    this.ended = this.#ended.promise;
    this.#protocol = protocol;
    this.#settings = settings;
    this.#makeStub = makeStub;
    this.#deadlines = new Deadlines(settings.clock);
    void this.#read();
  }

  /** Requests and streams that are under way. */
  get inFlight(): number {
    return this.#pending.size;
  }

  /** Whether no more of them may be started, nor commands be told. */
  get isFull(): boolean {
    return this.#pending.size >= this.#settings.maxPending ||
      this.outbox.isFull;
  }

  /** Sends a request; its outcome goes to `resolve` or `reject`. */
  ask(
    number: number,
    called: NamedOperation,
    value: unknown,
    timeoutMs: number,
    signal: AbortSignal | undefined,
    resolve: (reply: unknown) => void,
    reject: (error: unknown) => void,
  ): void {
    if (this.error !== undefined) return reject(this.error);
    if (this.isFull) {
      return reject(
        new MailboxFullError(
          `Cannot ask ${called.name}: as many messages wait as may, slow down or await ready()`,
        ),
      );
    }
    const message = this.bodies.encodeCall(value);
    const pending = new PendingCall(
      number,
      called,
      resolve,
      reject,
      this.#cancel,
      timeoutMs,
      signal,
    );
    this.#deadlines.add(pending, timeoutMs);
    pending.id = this.#add(pending);
    writeRequestHead(message, pending.id, timeoutMs);
    writeU32(message, 9, number);
    this.outbox.add(message);
  }

  /**
   * Starts a stream.
   *
   * @throws what ended the link; MailboxFullError if there are too many.
   */
  subscribe(
    number: number,
    called: NamedOperation,
    value: unknown,
    stream: IncomingStream,
  ): void {
    if (this.error !== undefined) throw this.error;
    if (this.isFull) {
      throw new MailboxFullError(
        `Cannot read ${called.name}: as many messages wait as may`,
      );
    }
    const message = this.bodies.encodeCall(value);
    stream.id = this.#add({ number, stream, called });
    stream.port = this;
    writeHead(message, FrameType.SUBSCRIBE, stream.id);
    writeU32(message, 5, stream.window);
    writeU32(message, 9, number);
    this.outbox.add(message);
  }

  credit(id: number, values: number): void {
    this.outbox.add(creditFrame(id, values));
  }

  leave({ id }: IncomingStream): void {
    if (this.#pending.delete(id)) this.outbox.add(encodeCancel(id));
  }

  /** Nobody holds a stub of an actor any more. */
  release({ number }: ClientTarget, error: unknown): void {
    if (!this.#targets.delete(number)) return;
    for (const pending of [...this.#pending.values()]) {
      if (pending.number >>> 8 !== number) continue;
      if (pending instanceof PendingCall) this.#cancel(pending, error);
      else {
        pending.stream.fail(error);
        this.leave(pending.stream);
      }
    }
    this.outbox.add(bareFrame(FrameType.RELEASE, number));
  }

  /** Closes the link in order: what was sent is delivered. */
  close(): Promise<void> {
    this.outbox.flush();
    this.#end(new ConnectionClosedError("Cannot call: the stub is closed"));
    return this.connection.close();
  }

  #add(entry: PendingCall | OpenStream): number {
    const id = nextRequestId(this.#lastId, this.#pending);
    this.#lastId = id;
    this.#pending.set(id, entry);
    return id;
  }

  readonly #cancel = (
    pending: PendingRequest<unknown>,
    error: unknown,
  ): void => {
    const { id } = pending;
    if (this.#pending.get(id) !== pending) return;
    this.#pending.delete(id);
    this.#settled(pending);
    pending.reject(error);
    this.outbox.add(encodeCancel(id));
  };

  #settled(pending: PendingRequest<unknown>): void {
    this.#deadlines.remove(pending);
    pending.unwatch();
  }

  // Reading.

  async #read(): Promise<void> {
    const { connection } = this;
    try {
      for await (const message of connection) this.#take(message);
      this.#end(
        new ConnectionResetError(
          "Cannot call: the other side has closed the connection",
          ErrorCode.NONE,
        ),
      );
      // This side's direction has an end too.
      void connection.close();
    } catch (error) {
      this.#end(error);
      const isFault = error instanceof ProtocolError;
      connection.reset(
        isFault ? ErrorCode.PROTOCOL : ErrorCode.CANCELLED,
        isFault ? error.message : "",
      );
    }
  }

  #take(message: Uint8Array): void {
    const number = numberOf(message, HEAD_BYTES);
    switch (message[0]) {
      case FrameType.REPLY:
        return this.#reply(this.#takePending(number), message);
      case FrameType.ITEM:
        return this.#item(number, message);
      case FrameType.FAULT:
        return this.#fault(this.#takePending(number), message);
      case FrameType.END: {
        const ended = this.#takePending(number);
        return ended instanceof PendingCall ? undefined : ended?.stream.end();
      }
      case FrameType.GIVEN:
        return this.#given(this.#takePending(number), message);
      case FrameType.STOPPED:
        return this.#stopped(number, message);
      case FrameType.TABLE:
        return this.#table(message);
      case FrameType.MISMATCH: {
        const served = this.#list(message).map(String);
        const { name } = this.#protocol;
        return this.#end(new ProtocolMismatchError(name, served));
      }
      default:
        throw unexpected(message);
    }
  }

  /** Takes out what a last message is for, if anybody waits for it still. */
  #takePending(id: number): PendingCall | OpenStream | undefined {
    const pending = this.#pending.get(id);
    if (pending === undefined) {
      this.lateReplies++;
      return undefined;
    }
    this.#pending.delete(id);
    if (pending instanceof PendingCall) this.#settled(pending);
    return pending;
  }

  #reply(
    pending: PendingCall | OpenStream | undefined,
    message: Uint8Array,
  ): void {
    if (!(pending instanceof PendingCall)) return;
    try {
      const { name, operation } = pending.called;
      const value = this.bodies.decode(message, HEAD_BYTES);
      pending.resolve(checkedBy(operation.out, value, name));
    } catch (error) {
      pending.reject(error);
    }
  }

  #item(id: number, message: Uint8Array): void {
    const open = this.#pending.get(id);
    if (open === undefined) {
      this.lateReplies++;
      return;
    }
    if (open instanceof PendingCall) {
      throw new ProtocolError("Cannot read a value of a stream: it is of none");
    }
    const { stream, called: { name, operation } } = open;
    if (stream.isOverrun) {
      throw new ProtocolError(
        `Cannot read a value of ${name}: there was no credit for it`,
      );
    }
    try {
      const value = this.bodies.decode(message, HEAD_BYTES);
      stream.push(checkedBy(operation.out, value, name));
    } catch (error) {
      stream.fail(error);
      this.leave(stream);
    }
  }

  #fault(
    pending: PendingCall | OpenStream | undefined,
    message: Uint8Array,
  ): void {
    if (pending === undefined) return;
    let error: unknown;
    try {
      const body = this.bodies.decode(message, HEAD_BYTES);
      error = errorOf(body, pending.called.name);
    } catch (fault) {
      error = fault;
    }
    if (pending instanceof PendingCall) pending.reject(error);
    else pending.stream.fail(error);
  }

  #given(
    pending: PendingCall | OpenStream | undefined,
    message: Uint8Array,
  ): void {
    const [number, table] = this.#list(message);
    if (typeof number !== "number" || !Array.isArray(table)) {
      throw new ProtocolError("Cannot read which actor was given out");
    }
    const protocol = pending?.called.operation.given;
    if (!(pending instanceof PendingCall) || protocol === undefined) {
      // Nobody waits for it any more.
      this.outbox.add(bareFrame(FrameType.RELEASE, number));
      return;
    }
    const target = new ClientTarget(this, number, protocol, table);
    this.#targets.set(number, target);
    pending.resolve(this.#makeStub(target));
  }

  #table(message: Uint8Array): void {
    const table = this.#list(message);
    const root = new ClientTarget(this, 0, this.#protocol, table);
    this.#targets.set(0, root);
    this.#root.resolve(root);
  }

  #stopped(number: number, message: Uint8Array): void {
    const body = this.bodies.decode(message, HEAD_BYTES);
    this.#targets.get(number)?.finish(endOf(body));
  }

  /** Decodes a body that is a list. */
  #list(message: Uint8Array): unknown[] {
    const body = this.bodies.decode(message, HEAD_BYTES);
    if (Array.isArray(body)) return body;
    throw new ProtocolError("Cannot read a message: its body is no list");
  }

  #end(error: unknown): void {
    if (this.error !== undefined) return;
    this.error = error;
    this.outbox.end();
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const one of pending) {
      if (!(one instanceof PendingCall)) {
        one.stream.fail(error);
        continue;
      }
      this.#settled(one);
      one.reject(error);
    }
    this.#deadlines.close();
    this.#root.reject(error);
    for (const target of this.#targets.values()) {
      target.finish({ type: "unavailable", cause: error });
    }
    this.#targets.clear();
    this.#ended.resolve();
  }
}
