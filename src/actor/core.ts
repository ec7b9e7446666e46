/**
 * What the actors of one system share.
 *
 * @module
 */
import type { Cell } from "./cell.ts";
import type { Clock } from "./clock.ts";
import { Deadlines } from "./deadlines.ts";
import { Dispatcher } from "./dispatcher.ts";
import { type DeadLetterReason, EventStream } from "./events.ts";
import type { ActorRef } from "./ref.ts";
import type { ActorSystem } from "./system.ts";

/** The shared part of a system. */
export class SystemCore {
  readonly system: ActorSystem;
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  readonly dispatcher: Dispatcher = new Dispatcher();
  readonly events: EventStream = new EventStream();
  /** During a shutdown: paths of actors that were killed at a deadline. */
  killed: string[] | undefined;
  /** The actor whose handler is running, if any. */
  current: Cell | undefined;
  lateReplies = 0;
  deadLetters = 0;

  constructor(system: ActorSystem, clock: Clock) {
    this.system = system;
    this.clock = clock;
    this.deadlines = new Deadlines(clock);
  }

  /** Reports a crash; on stderr if nobody listens, so that it is not silent. */
  failed(actor: ActorRef<never>, cause: unknown, message: unknown): void {
    if (this.events.active) {
      this.events.publish({ type: "failed", actor, cause, message });
    } else console.error(`The actor ${actor.path} failed:`, cause);
  }

  /** Counts and reports an undeliverable message. */
  deadLetter(
    message: unknown,
    target: ActorRef<never>,
    sender: ActorRef<never> | undefined,
    reason: DeadLetterReason,
  ): void {
    this.deadLetters++;
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
