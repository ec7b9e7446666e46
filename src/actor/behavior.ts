/**
 * What an author writes: a behaviour, and what it is given.
 *
 * @module
 */
import type { ActorRef, ExitReason } from "./ref.ts";
import type { MailboxOptions } from "./mailbox.ts";
import type { ActorSystem } from "./system.ts";

/** One life of an actor: handles its messages, one at a time. */
export interface Handler<in M> {
  /**
   * Handles one message. The next one waits until this returns or, when it
   * returns a promise, until that settles. A throw or a rejection is a crash.
   */
  receive(message: M): void | Promise<void>;
  /**
   * Called once when this life ends, after the children have stopped: gives
   * resources back. Not called when the actor is killed.
   */
  stopped?(reason: ExitReason): void | Promise<void>;
}

/**
 * A factory of lives: called at the start and again at each restart, so state
 * in its closure is always fresh. Messages wait while it is pending.
 */
export type Behavior<M> = (
  context: ActorContext<M>,
) => Handler<M> | Promise<Handler<M>>;

/** Options for a new actor. */
export interface SpawnOptions<M> {
  /**
   * Name among its siblings, without `/`.
   * @default {a short number that is free}
   */
  readonly name?: string;
  /** Bounds of the mailbox. */
  readonly mailbox?: MailboxOptions<M>;
  /**
   * Milliseconds from a stop until the actor is killed.
   * @default {5000; Infinity for a supervisor, whose children have their own}
   */
  readonly shutdownMs?: number;
}

/** What a behaviour is given: its own actor, for one life. */
export interface ActorContext<M> {
  /** The actor's own reference; the same in every life. */
  readonly self: ActorRef<M>;
  /** The system that it lives in. */
  readonly system: ActorSystem;
  /** Aborts when this life ends, so that whatever it started ends with it. */
  readonly signal: AbortSignal;
  /** Starts a child, which is stopped with this life. */
  spawn<C>(behavior: Behavior<C>, options?: SpawnOptions<C>): ActorRef<C>;
  /**
   * Tells this actor once, with the message that `notice` makes, when the
   * other one is gone for good; at once if it is already.
   */
  watch(other: ActorRef<never>, notice: (reason: ExitReason) => M): void;
  /** Ends a watch; a notice that is already queued is not delivered. */
  unwatch(other: ActorRef<never>): void;
  /** Sends this actor a message after `delayMs`, unless this life ends first. */
  after(delayMs: number, message: M): ActorTimer;
  /**
   * Sends this actor a message every `intervalMs`, the first after one
   * interval, until this life ends. While one of them waits, no other is sent.
   */
  every(intervalMs: number, message: M): ActorTimer;
  /**
   * Sends this actor a message whenever it has handled none for `idleMs`. One
   * at a time: a new one replaces the one before.
   */
  receiveTimeout(idleMs: number, message: M): ActorTimer;
  /**
   * Sets the message that is being handled aside; false when the bound
   * `maxStashed` is reached. What is still aside when this life ends goes to
   * dead letters.
   */
  stash(message: M): boolean;
  /** Puts all that was set aside before the messages that wait, in order. */
  unstashAll(): void;
  /**
   * Waits for a promise without holding up the mailbox: its outcome comes
   * back as a message, ahead of those that wait. If this life ends first, the
   * value goes to `onLate` instead, which gives back what it holds.
   */
  pipeToSelf<T>(
    promise: Promise<T>,
    onValue: (value: T) => M,
    onError: (error: unknown) => M,
    onLate?: (value: T) => void,
  ): void;
  /** Stops this actor after the message in hand, with reason `normal`. */
  stop(): void;
}

/** A timer of one life of an actor. */
export interface ActorTimer {
  /** Ends the timer: its message is not delivered, even if it is queued. */
  cancel(): void;
}
