/**
 * What stands behind a protocol on the server: an actor, or handlers.
 *
 * @module
 */
import type {
  ActorRef,
  Behavior,
  ReplyTo,
  SpawnOptions,
} from "../actor/mod.ts";
import type { RequestContext } from "../rpc/mod.ts";
import type { Address } from "../session/mod.ts";
import type { Given, Operation, OperationTypes } from "./operation.ts";
import type { Protocol } from "./protocol.ts";

/** Returns what serves the calls of a client; set by the class. */
export let bindingOf: (
  implementation: Implementation,
  client: RemoteClient,
) => Binding;

/** The other side of a connection, whose calls are served. */
export interface RemoteClient {
  /** Where it is, or was when the session started. */
  readonly remote: Required<Address>;
  /** Who it is, as the listener's `authenticate` has returned it. */
  readonly identity: string | undefined;
  /** Starts an actor that is stopped when the connection ends. */
  spawn<M>(behavior: Behavior<M>, options?: SpawnOptions<M>): ActorRef<M>;
}

/** What a handler can read about a call besides its value. */
export interface RemoteContext extends RequestContext {
  /** The client that makes the call. */
  readonly client: RemoteClient;
}

/**
 * Where an actor puts the values of a stream that it was asked for: bounded by
 * the credit of the reader, and nothing waits here.
 */
export interface StreamSink<in T> {
  /** Sends a value; returns false if the reader has no credit, or has left. */
  tell(value: T): boolean;
  /** Waits until there is credit, or the reader has left. */
  ready(): Promise<void>;
  /** Ends the stream after what was sent. */
  end(): void;
  /** Ends the stream with a failure. */
  fail(error: unknown): void;
  /** Aborts when the reader has left, or the connection has ended. */
  readonly signal: AbortSignal;
}

/** What is returned to a request, or is a value of a stream. */
export type ReplyOf<Op extends Operation> =
  OperationTypes<Op>["replied"] extends Given<infer P> ? Implementation<P>
    : OperationTypes<Op>["replied"];

/** Handlers of a protocol, one for each operation. */
export type RemoteHandlers<P extends Protocol> = {
  readonly [Name in keyof P["operations"]]: HandlerOf<P["operations"][Name]>;
};

/**
 * The handler of one operation. What that of a command returns is awaited and
 * ignored.
 */
export type HandlerOf<Op extends Operation> = Op["kind"] extends "command" ? (
    value: OperationTypes<Op>["taken"],
    context: RemoteContext,
  ) => unknown
  : Op["kind"] extends "stream" ? (
      value: OperationTypes<Op>["taken"],
      context: RemoteContext,
    ) => AsyncIterable<ReplyOf<Op>>
  : (
    value: OperationTypes<Op>["taken"],
    context: RemoteContext,
  ) => ReplyOf<Op> | Promise<ReplyOf<Op>>;

/** How calls become messages of an actor, one function for each operation. */
export type RemoteMessages<P extends Protocol, M> = {
  readonly [Name in keyof P["operations"]]: MessageOf<
    P["operations"][Name],
    M
  >;
};

/** How a call of one operation becomes a message. */
export type MessageOf<Op extends Operation, M> = Op["kind"] extends "command"
  ? (value: OperationTypes<Op>["taken"]) => M
  : Op["kind"] extends "request" ? (
      value: OperationTypes<Op>["taken"],
      replyTo: ReplyTo<ReplyOf<Op>>,
    ) => M
  : (
    value: OperationTypes<Op>["taken"],
    sink: StreamSink<ReplyOf<Op>>,
  ) => M | AsyncIterable<ReplyOf<Op>>;

/** A call that waits for its reply: what a binding needs of it. */
export interface OpenCall extends RemoteContext {
  /** Called once with the reason when nobody waits any more. */
  onAbort: ((reason: unknown) => void) | undefined;
}

/** What serves the calls of one client; operations have their numbers. */
export interface Binding {
  /** The actor, unless handlers serve. */
  readonly ref: ActorRef<never> | undefined;
  /** Handles a command; the next message waits for its promise. */
  command(index: number, value: unknown, context: RemoteContext): unknown;
  /** Whether requests have to wait for room; then `room` waits for it. */
  readonly isFull: boolean;
  /** Waits until it is worth looking again whether there is room. */
  room(): Promise<void>;
  /** Returns the reply to a request, or a promise of it. */
  request(index: number, value: unknown, call: OpenCall): unknown;
  /** Returns the values of a stream, unless an actor puts them into the sink. */
  stream(
    index: number,
    value: unknown,
    call: OpenCall,
    sink: StreamSink<unknown>,
  ): AsyncIterable<unknown> | undefined;
  /** Frees what was made for this client alone. */
  end(): unknown;
}

/** A protocol with what stands behind it, made by {@linkcode implement}. */
export class Implementation<P extends Protocol = Protocol> {
  /** The protocol of the operations. */
  readonly protocol: P;
  readonly #bind: (client: RemoteClient) => Binding;

  static {
    bindingOf = (implementation, client) => implementation.#bind(client);
  }

  /** Implementations are made by {@linkcode implement}. */
  constructor(protocol: P, bind: (client: RemoteClient) => Binding) {
    this.protocol = protocol;
    this.#bind = bind;
  }
}
