/**
 * Actors across processes: a typed stub of an actor that lives elsewhere.
 *
 * A {@linkcode protocol} says what can be done: {@linkcode command}s that are
 * told, {@linkcode request}s that are asked, {@linkcode stream}s of values. The
 * server lets an actor {@linkcode implement} it and {@linkcode expose}s that;
 * the client {@linkcode connectActor}s, over logical connections that survive
 * cuts of the network. `docs/remote.md` lists what is guaranteed.
 *
 * @example
 * ```ts
 * import { ActorSystem, type ReplyTo } from "@troupe/troupe/actor";
 * import {
 *   command,
 *   connectActor,
 *   expose,
 *   implement,
 *   protocol,
 *   request,
 * } from "@troupe/troupe/remote";
 * import { ConnectionPool, listen } from "@troupe/troupe/tcp";
 *
 * // Both sides import this.
 * const Counter = protocol("counter/1", {
 *   add: command<{ by: number }>(),
 *   read: request<void, number>(),
 * });
 *
 * // The server: an actor with messages of its own.
 * type CounterMessage = { by: number } | { replyTo: ReplyTo<number> };
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
 * const exposed = expose(system, [
 *   implement(Counter, counter, {
 *     add: ({ by }) => ({ by }),
 *     read: (_, replyTo) => ({ replyTo }),
 *   }),
 * ]);
 * await using listener = listen(system, { port: 0, ...exposed });
 *
 * // The client, in another process as a rule.
 * await using pool = new ConnectionPool(system);
 * await using stub = await connectActor(pool.peer(listener.address), Counter);
 * stub.add({ by: 2 });
 * stub.add({ by: 3 });
 * console.assert(await stub.read() === 5);
 * ```
 *
 * @module
 */
export type { ConnectActorOptions } from "./client_settings.ts";
export type { RemoteEnd } from "./client_target.ts";
export { connectActor } from "./connect_actor.ts";
export * from "./errors.ts";
export {
  expose,
  type Exposed,
  type ExposedStats,
  type ExposeOptions,
} from "./expose.ts";
export { type RemoteFailure, toRemoteFailure } from "./failure.ts";
export { implement } from "./implement.ts";
export type {
  HandlerOf,
  Implementation,
  MessageOf,
  RemoteClient,
  RemoteContext,
  RemoteHandlers,
  RemoteMessages,
  ReplyOf,
  StreamSink,
} from "./implementation.ts";
export {
  type Command,
  command,
  type Given,
  type Operation,
  type OperationKind,
  type OperationTypes,
  type Request,
  request,
  type Schemas,
  type Sendable,
  type Stream,
  stream,
} from "./operation.ts";
export {
  type Operations,
  type Protocol,
  protocol,
  type ReservedName,
  type WithoutReserved,
} from "./protocol.ts";
export type {
  InputOf,
  OutputOf,
  SchemaIssue,
  SchemaResult,
  StandardSchema,
} from "../codec/internal.ts";
export type {
  ReceivedOf,
  RemoteAskOptions,
  RemoteStreamOptions,
  Stub,
  StubArguments,
  StubControls,
  StubMethod,
  StubStats,
} from "./stub.ts";
