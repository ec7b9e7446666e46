/**
 * The actor runtime: typed references, bounded mailboxes, supervision.
 *
 * An actor handles its messages one at a time, so its state needs no lock. Its
 * {@linkcode Behavior} is a function that returns a {@linkcode Handler}; the
 * state is in the closure. Others hold an {@linkcode ActorRef}, to `tell` the
 * actor something or to `ask` it and wait for the reply.
 *
 * ```ts
 * import { ActorSystem, type Behavior, type ReplyTo } from "@troupe/troupe/actor";
 *
 * type CounterMessage =
 *   | { readonly type: "add"; readonly amount: number }
 *   | { readonly type: "read"; readonly replyTo: ReplyTo<number> };
 *
 * const counter: Behavior<CounterMessage> = () => {
 *   let total = 0;
 *   return {
 *     receive(message) {
 *       if (message.type === "add") total += message.amount;
 *       else message.replyTo.tell(total);
 *     },
 *   };
 * };
 *
 * await using system = new ActorSystem();
 * const ref = system.spawn(counter);
 * ref.tell({ type: "add", amount: 42 });
 * const total = await ref.ask<number>((replyTo) => ({ type: "read", replyTo }));
 * console.assert(total === 42);
 * ```
 *
 * A {@linkcode supervisor} restarts children that fail. Each restart is a new
 * _life_ of the same actor: the reference and the mailbox stay, and the
 * behaviour is called again for a fresh state. An actor is _gone_ when no life
 * follows. `docs/semantics.md` lists what is guaranteed, with the tests that
 * prove it.
 *
 * @module
 */
export * from "./behavior.ts";
export * from "./errors.ts";
export type { BackoffOptions } from "./backoff.ts";
export { Child, child, type ChildSpec } from "./child.ts";
export { type Clock, realClock, type Timer } from "./clock.ts";
export type {
  DeadLetterReason,
  SubscribeOptions,
  SystemEvent,
  SystemEvents,
} from "./system_events.ts";
export {
  type Lease,
  type LeaseHolder,
  SharedResource,
  type SharedResourceOptions,
} from "./lease.ts";
export type { Scheduler } from "./dispatcher.ts";
export type { ActorSnapshot, ActorState, WorkDone } from "./snapshot.ts";
export type { MailboxOptions, OverflowPolicy } from "./mailbox.ts";
export type { ActorRef, AskOptions, ExitReason, ReplyTo } from "./ref.ts";
export type { RestartIntensity } from "./restart_window.ts";
export { Registry, RegistryKey, type RegistryListener } from "./registry.ts";
export type {
  AutoShutdown,
  ChildPhase,
  RestartPolicy,
  Strategy,
} from "./supervision_state.ts";
export { supervisor } from "./supervisor.ts";
export * from "./supervisor_calls.ts";
export type {
  ChildInfo,
  SupervisorMessage,
  SupervisorOptions,
  SupervisorReply,
  UnavailableOptions,
} from "./supervisor_protocol.ts";
export {
  ActorSystem,
  type ActorSystemOptions,
  type ShutdownReport,
} from "./system.ts";
