/**
 * How an actor, or a table of handlers, comes to stand behind a protocol.
 *
 * @module
 */
import type { ActorRef } from "../actor/mod.ts";
import { checkRef, openAsk, roomIn, wouldRefuse } from "../actor/internal.ts";
import {
  checkFunction,
  checkObject,
  closestName,
  kindOf,
} from "../checks/internal.ts";
import {
  type Binding,
  Implementation,
  type OpenCall,
  type RemoteClient,
  type RemoteContext,
  type RemoteHandlers,
  type RemoteMessages,
  type StreamSink,
} from "./implementation.ts";
import { Protocol } from "./protocol.ts";

/**
 * Puts handlers behind a protocol, one for each operation. Commands of a client
 * are handled one at a time and in order, requests and streams side by side.
 *
 * A function in place of the handlers is called for each client, and what it
 * returns is disposed (`Symbol.dispose` or `Symbol.asyncDispose`, if it has
 * one) when the client has gone.
 *
 * @throws {TypeError} if a handler is missing or no function, or is of no
 * operation.
 */
export function implement<P extends Protocol>(
  protocol: P,
  handlers: RemoteHandlers<P> | ((client: RemoteClient) => RemoteHandlers<P>),
): Implementation<P>;
/**
 * Puts an actor behind a protocol: each operation says how a call becomes a
 * message. A command waits for room in a full mailbox, and what follows it on
 * that connection waits too; a request carries the address for its reply, and a
 * stream a sink for its values (or it returns them itself).
 *
 * A function in place of the actor is called for each client, and the actor
 * that it returns is stopped when the client has gone.
 *
 * @example
 * ```ts
 * import { ActorSystem, type ReplyTo } from "@troupe/troupe/actor";
 * import { command, implement, protocol, request } from "@troupe/troupe/remote";
 *
 * const Counter = protocol("counter/1", {
 *   add: command<{ by: number }>(),
 *   read: request<void, number>(),
 * });
 * type CounterMessage = { by: number } | { replyTo: ReplyTo<number> };
 *
 * await using system = new ActorSystem();
 * const counter = system.spawn<CounterMessage>(() => {
 *   let total = 0;
 *   return {
 *     receive(message) {
 *       if ("by" in message) total += message.by;
 *       else message.replyTo.tell(total);
 *     },
 *   };
 * });
 * const implementation = implement(Counter, counter, {
 *   add: ({ by }) => ({ by }),
 *   read: (_, replyTo) => ({ replyTo }),
 * });
 * console.assert(implementation.protocol === Counter);
 * ```
 *
 * @throws {TypeError} if the actor is no reference, or a function is missing or
 * of no operation.
 */
export function implement<P extends Protocol, M>(
  protocol: P,
  actor: ActorRef<M> | ((client: RemoteClient) => ActorRef<M>),
  messages: RemoteMessages<P, M>,
): Implementation<P>;
export function implement<P extends Protocol, M>(
  protocol: P,
  behind:
    | RemoteHandlers<P>
    | ActorRef<M>
    | ((client: RemoteClient) => RemoteHandlers<P> | ActorRef<M>),
  messages?: RemoteMessages<P, M>,
): Implementation<P> {
  if (!(protocol instanceof Protocol)) {
    throw new TypeError(
      `Cannot use protocol: it is ${
        kindOf(protocol)
      }, it must be made by protocol()`,
    );
  }
  if (messages === undefined) {
    if (typeof behind === "function") {
      return new Implementation(
        protocol,
        (client) => new HandlerBinding(protocol, behind(client), true),
      );
    }
    const binding = new HandlerBinding(protocol, behind, false);
    return new Implementation(protocol, () => binding);
  }
  const table = tableOf<M>(protocol, messages, "message");
  if (typeof behind === "function") {
    return new Implementation(protocol, (client) => {
      const ref = behind(client);
      checkRef("the actor of a client", ref);
      return new ActorBinding<M>(ref, table, true);
    });
  }
  checkRef("actor", behind);
  const binding = new ActorBinding<M>(behind, table, false);
  return new Implementation(protocol, () => binding);
}

/** A function of a table: with the value, and what an operation has besides. */
type Entry<R> = (value: unknown, besides: unknown) => R;

/**
 * Returns the functions of a table by the numbers of their operations.
 *
 * @throws {TypeError} if one is missing or no function, or of no operation.
 */
function tableOf<R>(
  { name, operations }: Protocol,
  table: object,
  what: string,
): Entry<R>[] {
  checkObject(`the ${what}s of ${name}`, table, "an object of functions");
  const names = Object.keys(operations);
  for (const given of Object.keys(table)) {
    if (Object.hasOwn(operations, given)) continue;
    const meant = closestName(given, names);
    throw new TypeError(
      `Cannot use the ${what} ${given}: ${name} has no such operation${
        meant === undefined ? "" : `, did you mean ${meant}?`
      }`,
    );
  }
  return names.map((operation) => {
    const entry: Entry<R> = Reflect.get(table, operation);
    checkFunction(`the ${what} ${operation} of ${name}`, entry);
    return entry.bind(table);
  });
}

/** Handlers that serve the calls of one client, or of all. */
class HandlerBinding implements Binding {
  readonly ref: undefined;
  readonly isFull = false;
  readonly #handlers: object;
  readonly #table: Entry<unknown>[];
  readonly #isOwned: boolean;

  constructor(protocol: Protocol, handlers: object, isOwned: boolean) {
    this.#handlers = handlers;
    this.#table = tableOf(protocol, handlers, "handler");
    this.#isOwned = isOwned;
  }

  command(index: number, value: unknown, context: RemoteContext): unknown {
    return this.#table[index]?.(value, context);
  }

  room(): Promise<void> {
    return Promise.resolve();
  }

  request(index: number, value: unknown, call: OpenCall): unknown {
    return this.#table[index]?.(value, call);
  }

  stream(
    index: number,
    value: unknown,
    call: OpenCall,
  ): AsyncIterable<unknown> {
    return asIterable(this.#table[index]?.(value, call));
  }

  end(): unknown {
    if (!this.#isOwned) return undefined;
    const dispose = Reflect.get(this.#handlers, Symbol.asyncDispose) ??
      Reflect.get(this.#handlers, Symbol.dispose);
    return typeof dispose === "function"
      ? dispose.call(this.#handlers)
      : undefined;
  }
}

/** An actor that serves the calls of one client, or of all. */
class ActorBinding<M> implements Binding {
  readonly ref: ActorRef<M>;
  readonly #table: Entry<M>[];
  readonly #isOwned: boolean;

  constructor(ref: ActorRef<M>, table: Entry<M>[], isOwned: boolean) {
    this.ref = ref;
    this.#table = table;
    this.#isOwned = isOwned;
  }

  get isFull(): boolean {
    return wouldRefuse(this.ref);
  }

  room(): Promise<void> {
    return roomIn(this.ref);
  }

  command(index: number, value: unknown): unknown {
    const message = this.#message(index, value, undefined);
    if (wouldRefuse(this.ref, message)) return this.#tellLater(message);
    return void this.ref.tell(message);
  }

  async #tellLater(message: M): Promise<void> {
    do await this.room(); while (wouldRefuse(this.ref, message));
    this.ref.tell(message);
  }

  request(index: number, value: unknown, call: OpenCall): unknown {
    const { reply, cancel } = openAsk<M, unknown>(
      this.ref,
      (replyTo) => this.#message(index, value, replyTo),
      call.remainingMs,
    );
    call.onAbort = cancel;
    return reply;
  }

  stream(
    index: number,
    value: unknown,
    _call: OpenCall,
    sink: StreamSink<unknown>,
  ): AsyncIterable<unknown> | undefined {
    const message = this.#message(index, value, sink);
    if (isIterable(message)) return message;
    this.ref.tell(message);
    return undefined;
  }

  end(): void {
    if (this.#isOwned) this.ref.stop();
  }

  #message(index: number, value: unknown, besides: unknown): M {
    return (this.#table[index] as Entry<M>)(value, besides);
  }
}

function isIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null &&
    Symbol.asyncIterator in value;
}

function asIterable(value: unknown): AsyncIterable<unknown> {
  if (isIterable(value)) return value;
  throw new TypeError(
    `Cannot serve a stream: its handler returned ${
      kindOf(value)
    }, it must return an async iterable, as an async generator does`,
  );
}
