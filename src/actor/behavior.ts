/**
 * What an author writes, a behaviour, and the context that it is called with.
 *
 * @module
 */
import type { ActorRef, ExitReason } from "./ref.ts";
import type { MailboxOptions } from "./mailbox.ts";
import type { ActorSystem } from "./system.ts";

/** Handles the messages of one life of an actor, one at a time. */
export interface Handler<in M> {
  /**
   * Handles one message of the actor. The next message waits until this call
   * returns or, if it returns a promise, until that settles. Throwing, or
   * rejecting, is a crash.
   */
  receive(message: M): void | PromiseLike<void>;
  /**
   * Called once when this life ends, after the children have stopped, to free
   * resources. Not called when the actor is killed.
   */
  stopped?(reason: ExitReason): void | PromiseLike<void>;
  /**
   * Returns what may be shown of the state of the actor, as JSON has it. It is
   * called once a second at most, between two messages or while `receive` waits
   * for a promise, and only while somebody looks at this actor on a page of
   * metrics or with `deno task watch`. It must not change anything, and whoever
   * sees the page sees what it returns. The thread waits for it, so it has to be
   * short. What it throws is shown and harms nothing; a promise is not awaited.
   */
  inspect?(): unknown;
}

/**
 * Creates the handler for one life of an actor. It is called when the actor
 * starts and again at each restart, so the state in its closure is always
 * fresh. Messages wait while a promise that it returned is pending.
 */
export type Behavior<M> = (
  context: ActorContext<M>,
) => Handler<M> | PromiseLike<Handler<M>>;

/** Options for a new actor. */
export interface SpawnOptions<M> {
  /**
   * Name of the actor, unique among its siblings, without `/`.
   * @default {a short number that no sibling has}
   */
  readonly name?: string;
  /** Bounds of the mailbox and of the stash. */
  readonly mailbox?: MailboxOptions<M>;
  /**
   * Milliseconds from a stop until the actor is killed. With 0 a stop is a
   * kill: the handler's `stopped` is not called.
   * @default {5000; Infinity for a supervisor, whose children have their own}
   */
  readonly shutdownMs?: number;
}

/** What a behaviour can do as its actor, during one life. */
export interface ActorContext<M> {
  /** The reference to this actor, the same in every life. */
  readonly self: ActorRef<M>;
  /** The system that this actor runs in. */
  readonly system: ActorSystem;
  /** Aborts when this life ends, so that what it started ends with it. */
  readonly signal: AbortSignal;
  /**
   * Starts a child of this actor, which is stopped when this life ends.
   *
   * @throws {TypeError} if the behaviour is not a function, the name is empty or
   * contains a `/`, or an option has the wrong type or is not known.
   * @throws {RangeError} if an option is out of its range.
   * @throws {TroupeError} if a sibling has the name, or this life is ending.
   */
  spawn<C>(behavior: Behavior<C>, options?: SpawnOptions<C>): ActorRef<C>;
  /**
   * Notifies this actor once, with the message that `notice` returns, when the
   * other actor is gone for good, or at once if it already is.
   */
  watch(other: ActorRef<never>, notice: (reason: ExitReason) => M): void;
  /** Stops watching an actor; a notice already queued is not delivered. */
  unwatch(other: ActorRef<never>): void;
  /**
   * Sends this actor a message after `delayMs` milliseconds, unless this life
   * ends first.
   *
   * @throws {RangeError} if `delayMs` is negative or `NaN`.
   */
  after(delayMs: number, message: M): ActorTimer;
  /**
   * Sends this actor a message every `intervalMs` milliseconds, the first after
   * one interval, until this life ends. A message that comes late does not make
   * the next one late; messages that are missed, because the thread was busy
   * for longer than an interval, are left out. While one of these messages
   * waits in the mailbox, no other is sent.
   *
   * @throws {RangeError} if `intervalMs` is not above 0.
   */
  every(intervalMs: number, message: M): ActorTimer;
  /**
   * Sends this actor a message whenever it has handled none for `idleMs`
   * milliseconds. There is one such timer: a new one replaces the previous.
   *
   * @throws {RangeError} if `idleMs` is not above 0.
   */
  receiveTimeout(idleMs: number, message: M): ActorTimer;
  /**
   * Sets aside the message that is being handled, until `unstashAll()`. Returns
   * false if `maxStashed` messages are stashed already. Messages still stashed
   * when this life ends go to dead letters.
   */
  stash(message: M): boolean;
  /** Puts the stashed messages in front of the waiting ones, in order. */
  unstashAll(): void;
  /**
   * Waits for a promise without blocking the mailbox. Its outcome arrives as a
   * message, ahead of the waiting ones. If this life ends first, the value is
   * passed to `onLate` instead, which should free what the value holds.
   */
  pipeToSelf<T>(
    promise: PromiseLike<T>,
    onValue: (value: T) => M,
    onError: (error: unknown) => M,
    onLate?: (value: T) => void,
  ): void;
  /** Stops this actor after the current message, with reason `normal`. */
  stop(): void;
}

/** A timer that belongs to one life of an actor. */
export interface ActorTimer {
  /**
   * Cancels this timer, so that its message is not delivered, even if queued.
   */
  cancel(): void;
}
