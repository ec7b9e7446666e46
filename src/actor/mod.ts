/**
 * The actor runtime: typed references, bounded mailboxes, supervision.
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
