/**
 * The actor runtime: typed references, bounded mailboxes, supervision.
 *
 * @module
 */
export * from "./behavior.ts";
export * from "./errors.ts";
export type { BackoffOptions } from "./backoff.ts";
export type { Clock, Timer } from "./clock.ts";
export type { DeadLetterReason, EventStream, SystemEvent } from "./events.ts";
export type { Lease, LeaseHolder } from "./lease.ts";
export type { MailboxOptions, OverflowPolicy } from "./mailbox.ts";
export type { ActorRef, AskOptions, ExitReason, ReplyTo } from "./ref.ts";
export type { RestartIntensity } from "./restart_window.ts";
export {
  type ChildSpec,
  type RestartPolicy,
  startChild,
  supervisor,
  type SupervisorMessage,
  type SupervisorOptions,
} from "./supervisor.ts";
export {
  ActorSystem,
  type ActorSystemOptions,
  type ShutdownReport,
} from "./system.ts";
