/**
 * What the actors of one system share.
 *
 * @module
 */
import type { BaseCell } from "./base_cell.ts";
import type { Clock } from "./clock.ts";
import { Deadlines } from "./deadlines.ts";
import { Dispatcher, type Scheduler } from "./dispatcher.ts";
import { GoneQueue } from "./gone_queue.ts";
import { report } from "./guard.ts";
import { type DeadLetterReason, SystemEvents } from "./system_events.ts";
import type { ActorRef } from "./ref.ts";
import type { ActorSystem } from "./system.ts";

const cores = new WeakMap<ActorSystem, SystemCore>();

/** Returns the shared part of a system, for the modules of this room. */
export function coreOf(system: ActorSystem): SystemCore {
  return cores.get(system) as SystemCore;
}

/** Carries the context of a trace with a message. */
export interface MessageTracing {
  /** Returns the trace context of the sender. */
  capture(): unknown;
  /** Calls `handle` in the trace context that came with the message. */
  run(captured: unknown, handle: () => void): void;
}

/** Is called with each message that could not be delivered. */
export type DeadLetterListener = (
  target: BaseCell,
  sender: BaseCell | undefined,
  reason: DeadLetterReason,
) => void;

/** The shared part of a system. */
export class SystemCore {
  readonly system: ActorSystem;
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  readonly dispatcher: Dispatcher;
  readonly events: SystemEvents = new SystemEvents();
  readonly goneQueue: GoneQueue = new GoneQueue();
  /** During a shutdown, the paths of actors that were killed at a deadline. */
  killed: string[] | undefined;
  /** The root of the tree, once there is one. */
  root: BaseCell | undefined;
  /** The actor whose handler is running, if any. */
  current: BaseCell | undefined;
  lateReplies = 0;
  /** Messages that could not be delivered, by the reason. */
  readonly deadLetters: Record<DeadLetterReason, number> = {
    stopped: 0,
    refused: 0,
    dropped: 0,
  };
  /** Called with each of them, while somebody watches. */
  readonly onDeadLetter: Set<DeadLetterListener> = new Set();

  /** Carries trace contexts with messages, when tracing is on. */
  tracing: MessageTracing | undefined;
  /** Whether the time that handlers take is measured. */
  readonly measuresBusyTime: boolean;

  constructor(
    system: ActorSystem,
    clock: Clock,
    scheduler: Scheduler | undefined,
    measuresBusyTime: boolean,
  ) {
    this.system = system;
    this.clock = clock;
    this.dispatcher = new Dispatcher(scheduler);
    this.measuresBusyTime = measuresBusyTime;
    cores.set(system, this);
    this.deadlines = new Deadlines(clock);
  }

  /**
   * Reports a crash: to those who listen, and on stderr unless one of them
   * handles failures, so that it is not silent.
   */
  failed(actor: ActorRef<never>, cause: unknown, message: unknown): void {
    const { events } = this;
    const handled = events.active &&
      events.publish({ type: "failed", actor, cause, message });
    if (!handled) report(`The actor ${actor.path} failed:`, cause);
  }

  /** Counts and reports an undeliverable message. */
  deadLetter(
    message: unknown,
    target: BaseCell,
    sender: BaseCell | undefined,
    reason: DeadLetterReason,
  ): void {
    this.deadLetters[reason]++;
    for (const listener of this.onDeadLetter) listener(target, sender, reason);
    if (this.events.active) {
      this.events.publish({
        type: "dead_letter",
        message,
        target,
        sender,
        reason,
      });
    }
  }
}
