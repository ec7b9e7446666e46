/**
 * The calls of a client that something comes back for: its requests, and the
 * streams that it reads.
 *
 * @module
 */
import { TroupeError } from "../actor/mod.ts";
import { isThenable } from "../actor/internal.ts";
import { CodecError } from "../codec/mod.ts";
import {
  RequestCancelledError,
  RequestFailure,
  RequestTimeoutError,
} from "../rpc/mod.ts";
import { ErrorCode, ProtocolError } from "../session/mod.ts";
import { Call } from "./call.ts";
import { bareFrame, FrameType, writeHead } from "./frames.ts";
import type { RemoteClient } from "./implementation.ts";
import type { Outbox } from "./outbox.ts";
import { type OutgoingPort, OutgoingStream } from "./outgoing_stream.ts";
import type { Called, ServedActors } from "./served_actors.ts";
import type { ServedOutput } from "./served_output.ts";
import type { ServedSettings } from "./served_settings.ts";

/** What a caller learns when a reply cannot be encoded. */
const UNSENDABLE = new RequestFailure(
  ErrorCode.INTERNAL,
  "The reply cannot be encoded",
);

/** The calls of one client, from their arrival to their end. */
export class OpenCalls implements OutgoingPort {
  /** Handlers that have not ended, those of cancelled calls too. */
  active = 0;
  readonly outbox: Outbox;
  readonly #output: ServedOutput;
  readonly #actors: ServedActors;
  readonly #client: RemoteClient;
  readonly #settings: ServedSettings;
  /** Called when a handler has ended. */
  readonly #onDone: () => void;
  /** Calls whose callers wait. */
  readonly #calls = new Map<number, Call>();
  readonly #streams = new Map<number, OutgoingStream>();

  constructor(
    output: ServedOutput,
    actors: ServedActors,
    client: RemoteClient,
    settings: ServedSettings,
    onDone: () => void,
  ) {
    this.outbox = output.outbox;
    this.#output = output;
    this.#actors = actors;
    this.#client = client;
    this.#settings = settings;
    this.#onDone = onDone;
  }

  /**
   * Notes a call that has arrived.
   *
   * @throws {ProtocolError} if its id is in use.
   */
  open(id: number, deadlineMs: number, { named }: Called): Call {
    if (this.#calls.has(id)) {
      throw new ProtocolError(
        `Cannot accept a call: its id ${id} is already in use`,
      );
    }
    const { clock, report } = this.#settings;
    const call = new Call(id, deadlineMs, clock, this.#client, named, report);
    this.#calls.set(id, call);
    this.active++;
    return call;
  }

  /** Gives a request to its handler or actor. */
  request(call: Call, { actor, index }: Called, value: unknown): void {
    if (call.remainingMs === 0) {
      const text = "The deadline had passed before its turn came";
      return this.fail(call, new RequestTimeoutError(text));
    }
    try {
      const reply = actor.binding.request(index, value, call);
      if (!isThenable(reply)) return this.#reply(call, reply);
      Promise.resolve(reply).then(
        (reply) => this.#reply(call, reply),
        (error) => this.fail(call, error),
      );
    } catch (error) {
      this.fail(call, error);
    }
  }

  #reply(call: Call, value: unknown): void {
    const { id, called } = call;
    if (!this.#done(call)) {
      this.#settings.counters.lateReplies++;
      return;
    }
    try {
      if (called.operation.given !== undefined) {
        this.#actors.give(id, called, value);
      } else this.#output.send(FrameType.REPLY, id, value);
    } catch (error) {
      this.#settings.report(error);
      // It is no fault of the caller's.
      this.#output.fault(id, error instanceof CodecError ? UNSENDABLE : error);
    }
  }

  /** Starts a stream, with the credit that came with it. */
  stream(
    call: Call,
    { actor, index }: Called,
    value: unknown,
    credit: number,
  ): void {
    const stream = new OutgoingStream(call, credit, this);
    this.#streams.set(call.id, stream);
    try {
      const values = actor.binding.stream(index, value, call, stream);
      if (values !== undefined) {
        stream.pump(values).then(() => void this.#done(call));
        return;
      }
      // It is over when the actor says so, or the reader has left.
      call.onAbort = () => void this.#done(call);
    } catch (error) {
      this.fail(call, error);
    }
  }

  /** Lets a stream send so many more values. */
  addCredit(id: number, items: number): void {
    this.#streams.get(id)?.addCredit(items);
  }

  encode(id: number, value: unknown): Uint8Array {
    return writeHead(this.#output.bodies.encode(value), FrameType.ITEM, id);
  }

  ended(
    { call }: OutgoingStream,
    failure?: { readonly error: unknown },
  ): void {
    if (failure !== undefined) return this.fail(call, failure.error);
    if (this.#done(call)) this.outbox.add(bareFrame(FrameType.END, call.id));
  }

  /** The caller has given up. */
  cancel(id: number): void {
    const call = this.#calls.get(id);
    // What it waited for may already be on its way.
    if (call === undefined) return;
    this.#forget(call);
    call.abort(
      new RequestCancelledError("Cannot reply: the caller has given up"),
    );
  }

  /** Replies with a failure, or ends a stream with it. */
  fail(call: Call, error: unknown): void {
    if (!this.#done(call)) return;
    if (call.isAbort(error)) {
      const text = "The deadline has passed";
      return this.#output.fault(call.id, new RequestTimeoutError(text));
    }
    // What Troupe has classes for is meant for the caller, or reported already.
    if (!(error instanceof TroupeError)) this.#settings.report(error);
    this.#output.fault(call.id, error);
  }

  /** Gives all of them up. */
  abort(reason: unknown): void {
    for (const call of [...this.#calls.values()]) {
      this.#forget(call);
      call.abort(reason);
    }
  }

  /** A handler has ended; returns whether its caller still waits. */
  #done(call: Call): boolean {
    if (call.isDone) return false;
    call.isDone = true;
    call.end();
    this.active--;
    this.#onDone();
    return this.#forget(call);
  }

  #forget(call: Call): boolean {
    const { id } = call;
    // The id may have been reused by now.
    if (this.#calls.get(id) !== call) return false;
    this.#calls.delete(id);
    if (this.#streams.size > 0) {
      this.#streams.get(id)?.stop();
      this.#streams.delete(id);
    }
    return true;
  }
}
