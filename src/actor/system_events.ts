/**
 * The typed event stream of a system: every start, stop, failure, restart,
 * give-up and undeliverable message. Free when nobody listens.
 *
 * @module
 */
import type { ActorRef, ExitReason } from "./ref.ts";

/** Why a message was not delivered. */
export type DeadLetterReason =
  /** The target had stopped, or stopped before its turn. */
  | "stopped"
  /** The mailbox was full and refused it. */
  | "refused"
  /** The mailbox was full and its policy dropped it. */
  | "dropped";

/** A fact about an actor of the system. */
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
    /** The message that it crashed on, which is lost. */
    readonly message: unknown;
  }
  | {
    readonly type: "restarted";
    readonly actor: ActorRef<never>;
    /** Restarts of this actor so far. */
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

/** Publishes events to whoever has subscribed. */
export class SystemEvents {
  readonly #listeners = new Set<(event: SystemEvent) => void>();

  /** Whether anybody listens: publishers build no event otherwise. */
  get active(): boolean {
    return this.#listeners.size > 0;
  }

  /**
   * Calls `listener` for every event until the result is disposed. A listener
   * that throws is reported on stderr and stays subscribed.
   */
  subscribe(listener: (event: SystemEvent) => void): Disposable {
    // Wrapped, so that one function may subscribe twice.
    const entry = (event: SystemEvent) => listener(event);
    this.#listeners.add(entry);
    return { [Symbol.dispose]: () => void this.#listeners.delete(entry) };
  }

  /** Tells all listeners. */
  publish(event: SystemEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        console.error("A listener of the event stream threw:", error);
      }
    }
  }
}
