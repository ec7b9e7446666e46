/**
 * The typed events of a system: every start, stop, failure, restart, give-up
 * and undeliverable message. They cost nothing when nobody listens.
 *
 * @module
 */
import {
  checkBoolean,
  checkFunction,
  checkOptionNames,
  type OptionNames,
} from "../checks/internal.ts";
import { callGuarded, report } from "./guard.ts";
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
    /**
     * The actor whose handler sent the message before its first `await`; after
     * it, and outside of handlers, the sender is not known.
     */
    readonly sender: ActorRef<never> | undefined;
    readonly reason: DeadLetterReason;
  };

/** Options of a subscription to {@linkcode SystemEvents}. */
export interface SubscribeOptions {
  /**
   * Whether the listener sees to it that failures are seen: it logs them, for
   * instance, or a test expects them. Failures are then not printed on stderr.
   * @default {false}
   */
  readonly handlesFailures?: boolean;
}

const OPTION_NAMES: OptionNames<SubscribeOptions> = { handlesFailures: true };

/** A listener with what it takes upon itself. */
interface Subscriber {
  readonly listener: (event: SystemEvent) => unknown;
  readonly handlesFailures: boolean;
}

/** The events of a system, for those who subscribe to them. */
export class SystemEvents {
  readonly #subscribers = new Set<Subscriber>();

  /** Whether there is a subscriber; publishers build no event otherwise. */
  get active(): boolean {
    return this.#subscribers.size > 0;
  }

  /**
   * Calls `listener` for every event until the returned object is disposed. A
   * listener that throws, or whose promise rejects, is reported on stderr and
   * stays subscribed.
   *
   * A failure of an actor is printed on stderr too, unless a subscriber with
   * `handlesFailures` has got it.
   *
   * @param options May be left out; each option has its default.
   * @throws {TypeError} if `listener` is not a function, or an option has the
   * wrong type or is not known.
   */
  subscribe(
    listener: (event: SystemEvent) => void,
    options: SubscribeOptions = {},
  ): Disposable {
    checkFunction("listener", listener);
    checkOptionNames("events.subscribe()", options, OPTION_NAMES);
    const { handlesFailures = false } = options;
    checkBoolean("handlesFailures", handlesFailures);
    // An object of its own, so that one function may subscribe twice.
    const subscriber: Subscriber = { listener, handlesFailures };
    this.#subscribers.add(subscriber);
    return {
      [Symbol.dispose]: () => void this.#subscribers.delete(subscriber),
    };
  }

  /**
   * Passes an event to every subscriber, in order of subscription. Returns
   * whether one that handles failures has got it, and has not thrown.
   */
  publish(event: SystemEvent): boolean {
    let handled = false;
    for (const { listener, handlesFailures } of this.#subscribers) {
      const done = callGuarded(() => listener(event), listenerFailed);
      if (done && handlesFailures) handled = true;
    }
    return handled;
  }
}

function listenerFailed(error: unknown): void {
  report("A listener to system events threw:", error);
}
