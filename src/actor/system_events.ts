/**
 * The typed events of a system: every start, stop, failure, restart, give-up
 * and undeliverable message. They cost nothing when nobody listens.
 *
 * @module
 */
import { checkFunction } from "../checks/internal.ts";
import type { ActorRef, ExitReason } from "./ref.ts";

/** Why a message was not delivered. */
export type DeadLetterReason =
  /** The target had stopped, or stopped before it handled the message. */
  | "stopped"
  /** The mailbox was full and refused the message. */
  | "refused"
  /** The mailbox was full and its policy dropped the message. */
  | "dropped";

/** An event in the life of an actor, or an undeliverable message. */
export type SystemEvent =
  | { readonly type: "started"; readonly actor: ActorRef<never> }
  | {
    readonly type: "stopped";
    readonly actor: ActorRef<never>;
    readonly reason: ExitReason;
  }
  | {
    readonly type: "failed";
    readonly actor: ActorRef<never>;
    readonly cause: unknown;
    /** The message that the actor crashed on, which is lost. */
    readonly message: unknown;
  }
  | {
    readonly type: "restarted";
    readonly actor: ActorRef<never>;
    /** How often this actor has been restarted so far. */
    readonly restarts: number;
  }
  | {
    readonly type: "gave_up";
    readonly supervisor: ActorRef<never>;
    readonly child: ActorRef<never>;
    readonly cause: unknown;
  }
  | {
    readonly type: "dead_letter";
    readonly message: unknown;
    readonly target: ActorRef<never>;
    readonly sender: ActorRef<never> | undefined;
    readonly reason: DeadLetterReason;
  };

/** The events of a system, for those who subscribe to them. */
export class SystemEvents {
  readonly #listeners = new Set<(event: SystemEvent) => void>();

  /** Whether there is a subscriber; publishers build no event otherwise. */
  get active(): boolean {
    return this.#listeners.size > 0;
  }

  /**
   * Calls `listener` for every event until the returned object is disposed. A
   * listener that throws is reported on stderr and stays subscribed.
   */
  subscribe(listener: (event: SystemEvent) => void): Disposable {
    checkFunction("listener", listener);
    // Wrapped, so that one function may subscribe twice.
    const entry = (event: SystemEvent) => listener(event);
    this.#listeners.add(entry);
    return { [Symbol.dispose]: () => void this.#listeners.delete(entry) };
  }

  /** Passes an event to every subscriber, in order of subscription. */
  publish(event: SystemEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        console.error("A listener to system events threw:", error);
      }
    }
  }
}
