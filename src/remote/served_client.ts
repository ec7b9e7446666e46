/**
 * One client of exposed actors, on its connection: what it sends is handled in
 * order, and read no faster than that is possible.
 *
 * @module
 */
import type { ActorContext } from "../actor/mod.ts";
import { ActorStoppedError } from "../actor/mod.ts";
import { isThenable } from "../actor/internal.ts";
import { HEAD_BYTES, readU32 } from "../rpc/internal.ts";
import {
  ConnectionClosedError,
  ErrorCode,
  type LogicalConnection,
  type LogicalConnectionMessage,
  ProtocolError,
} from "../session/mod.ts";
import type { Call } from "./call.ts";
import { CALL_HEAD_BYTES, FrameType, numberOf, unexpected } from "./frames.ts";
import type {
  Implementation,
  RemoteClient,
  RemoteContext,
} from "./implementation.ts";
import { OpenCalls } from "./open_calls.ts";
import type { NamedOperation } from "./protocol.ts";
import { checkedBy } from "./schema_check.ts";
import { type Called, ServedActors } from "./served_actors.ts";
import { ServedOutput } from "./served_output.ts";
import type { ServedSettings } from "./served_settings.ts";

/** Serves the calls that come over one connection. */
export class ServedClient {
  readonly #connection: LogicalConnection;
  readonly #settings: ServedSettings;
  readonly #output: ServedOutput;
  readonly #actors: ServedActors;
  readonly #calls: OpenCalls;
  /** What handlers of commands get. */
  readonly #context: RemoteContext;
  #isEnded = false;
  /** Wakes the reader, when a handler or the connection has ended. */
  #wake: (() => void) | undefined;

  constructor(
    connection: LogicalConnection,
    context: ActorContext<LogicalConnectionMessage>,
    settings: ServedSettings,
  ) {
    const { remote, identity } = connection;
    const client: RemoteClient = {
      remote,
      identity,
      spawn: (behavior, options) => context.spawn(behavior, options),
    };
    this.#connection = connection;
    this.#settings = settings;
    this.#context = { client, signal: context.signal, remainingMs: Infinity };
    this.#output = new ServedOutput(connection, settings);
    this.#actors = new ServedActors(this.#output, client, settings);
    this.#calls = new OpenCalls(
      this.#output,
      this.#actors,
      client,
      settings,
      () => this.#wake?.(),
    );
  }

  /** Serves until the connection ends, and every handler has. */
  async serve(implementation: Implementation): Promise<void> {
    const connection = this.#connection;
    void connection.closed.then(() => this.#end());
    const { table } = this.#actors.add(implementation);
    this.#output.send(FrameType.TABLE, 0, table);
    try {
      for await (const message of connection) {
        if (this.#isFull) await this.#room();
        // What has arrived is handled, although its sender may have gone.
        const handling = this.#take(message);
        if (handling !== undefined) await this.#settled(handling);
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      // It is the client's failure, and no crash of whoever serves it.
      connection.reset(ErrorCode.PROTOCOL, error.message);
      this.#settings.report(error);
    } finally {
      this.#end();
      this.#actors.releaseAll();
      while (this.#calls.active > 0) await this.#change();
    }
  }

  get #isFull(): boolean {
    return this.#calls.active >= this.#settings.maxPending ||
      this.#output.outbox.isFull;
  }

  async #room(): Promise<void> {
    const { outbox } = this.#output;
    while (!this.#isEnded && this.#isFull) {
      if (outbox.isFull) await outbox.room();
      else await this.#change();
    }
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#wake = resolve);
  }

  /** Waits until a message is handled. */
  async #settled(handling: PromiseLike<unknown>): Promise<void> {
    try {
      await handling;
    } catch (error) {
      this.#settings.report(error);
    }
  }

  /** Handles a message; the next one waits for what it returns. */
  #take(message: Uint8Array): PromiseLike<unknown> | undefined {
    const number = numberOf(message, HEAD_BYTES);
    switch (message[0]) {
      case FrameType.COMMAND:
        return this.#command(message, number);
      case FrameType.REQUEST:
        return this.#open(message, number, "request");
      case FrameType.SUBSCRIBE:
        return this.#open(message, number, "stream");
      case FrameType.CANCEL:
        this.#calls.cancel(number);
        return undefined;
      case FrameType.CREDIT:
        numberOf(message, HEAD_BYTES + 4);
        this.#calls.addCredit(number, readU32(message, HEAD_BYTES));
        return undefined;
      case FrameType.RELEASE:
        this.#actors.release(number);
        return undefined;
      default:
        throw unexpected(message);
    }
  }

  #command(
    message: Uint8Array,
    number: number,
  ): PromiseLike<unknown> | undefined {
    const called = this.#actors.called(number, "command");
    if (called === undefined) return undefined;
    const { actor: { binding }, index, named } = called;
    const context = this.#context;
    try {
      const value = this.#valueOf(message, HEAD_BYTES, named);
      const handling = value instanceof Promise
        ? value.then((value) => binding.command(index, value, context))
        : binding.command(index, value, context);
      return isThenable(handling) ? handling : undefined;
    } catch (error) {
      this.#settings.report(error);
      return undefined;
    }
  }

  #open(
    message: Uint8Array,
    id: number,
    kind: "request" | "stream",
  ): Promise<unknown> | undefined {
    numberOf(message, CALL_HEAD_BYTES);
    // Nobody is there any more for what would come back.
    if (this.#isEnded) return undefined;
    const called = this.#actors.called(readU32(message, 9), kind);
    if (called === undefined) {
      const text = "Cannot call an actor that was released";
      this.#output.fault(id, new ActorStoppedError(text));
      return undefined;
    }
    const second = readU32(message, 5);
    const isRequest = kind === "request";
    const deadlineMs = isRequest ? second || Infinity : Infinity;
    const call = this.#calls.open(id, deadlineMs, called);
    const start = (value: unknown): void =>
      isRequest
        ? this.#calls.request(call, called, value)
        : this.#calls.stream(call, called, value, second);
    let value: unknown;
    try {
      value = this.#valueOf(message, CALL_HEAD_BYTES, called.named);
    } catch (error) {
      this.#calls.fail(call, error);
      return undefined;
    }
    if (value instanceof Promise || called.actor.binding.isFull) {
      return this.#startLater(call, called, value, start);
    }
    start(value);
    return undefined;
  }

  /** Starts a call when its value is checked, and its actor has room. */
  async #startLater(
    call: Call,
    { actor: { binding } }: Called,
    value: unknown,
    start: (value: unknown) => void,
  ): Promise<void> {
    // Nobody waits for a mailbox any more when the client has gone.
    call.onAbort = (reason) => this.#calls.fail(call, reason);
    try {
      const checked = await value;
      while (binding.isFull && !this.#isEnded) await binding.room();
      call.onAbort = undefined;
      if (!this.#isEnded) start(checked);
    } catch (error) {
      this.#calls.fail(call, error);
    }
  }

  /**
   * Returns the value of a message as its schema has it, or a promise of it.
   *
   * @throws {CodecError | InvalidMessageError} if it cannot be used.
   */
  #valueOf(
    message: Uint8Array,
    start: number,
    { name, operation }: NamedOperation,
  ): unknown {
    const refused = (error: unknown): never => {
      this.#settings.counters.refusedMessages++;
      throw error;
    };
    try {
      const body = this.#output.bodies.decode(message, start);
      const value = checkedBy(operation.in, body, name);
      return value instanceof Promise ? value.catch(refused) : value;
    } catch (error) {
      return refused(error);
    }
  }

  #end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#output.outbox.end();
    this.#calls.abort(
      new ConnectionClosedError("Cannot reply: the connection has ended"),
    );
    this.#wake?.();
  }
}
