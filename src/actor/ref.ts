/**
 * The typed reference through which others use an actor.
 *
 * @module
 */

/** Why an actor is gone for good, or why one of its lives ended. */
export type ExitReason =
  /** The actor stopped itself. */
  | { readonly type: "normal" }
  /** The actor was asked to stop, by its parent or through its reference. */
  | { readonly type: "shutdown" }
  /** The actor was killed, or did not stop before its deadline. */
  | { readonly type: "killed" }
  /** The behaviour of the actor threw. */
  | { readonly type: "failed"; readonly cause: unknown };

/** The address for a reply, which a request carries in its `replyTo`. */
export interface ReplyTo<in T> {
  /**
   * Sends a message without waiting for it to be handled. Returns false if the
   * message will not be delivered; it has then gone to dead letters. Never
   * throws because of the receiver.
   */
  tell(message: T): boolean;
}

/** Options of one {@linkcode ActorRef.ask}. */
export interface AskOptions {
  /**
   * Milliseconds to wait for the reply, 0 or more; with `Infinity` the
   * ask waits until its system has shut down.
   * @default {5000}
   */
  readonly timeoutMs?: number;
  /** Cancels the ask, which then rejects with the reason of the signal. */
  readonly signal?: AbortSignal;
}

/**
 * A reference to an actor that takes messages of type `M`. It stays valid
 * when the actor restarts, and may be kept, compared and sent in messages.
 */
export interface ActorRef<in M> extends ReplyTo<M> {
  /** The place of the actor in the tree, such as `/orders/worker-3`. */
  readonly path: string;
  /** The last part of the path, unique among siblings. */
  readonly name: string;
  /**
   * Sends a request and waits for the reply.
   *
   * `request` is called with the address for the reply and returns the message.
   * The promise rejects with the reason of the signal when that aborts.
   *
   * @example
   * ```ts
   * import { ActorSystem, type ReplyTo } from "@troupe/troupe";
   *
   * await using system = new ActorSystem();
   * const doubler = system.spawn<{ value: number; replyTo: ReplyTo<number> }>(
   *   () => ({ receive: ({ value, replyTo }) => void replyTo.tell(value * 2) }),
   * );
   * const reply = await doubler.ask<number>((replyTo) => ({ value: 21, replyTo }));
   * console.assert(reply === 42);
   * ```
   *
   * @throws {AskTimeoutError} as a rejection, if no reply comes in time.
   * @throws {ActorStoppedError} as a rejection, if the actor has stopped, or
   * stops or is killed before it has handled the request.
   * @throws {MailboxFullError} as a rejection, if the mailbox refuses or drops
   * the request.
   * @throws {ActorFailedError} as a rejection, if the actor crashes while it
   * handles the request; the crash is the `cause`.
   * @throws {TypeError} if `request` is not a function, or an option has the
   * wrong type or is not known.
   * @throws {RangeError} if `timeoutMs` is negative or `NaN`.
   */
  ask<R>(
    request: (replyTo: ReplyTo<R>) => M,
    options?: AskOptions,
  ): Promise<R>;
  /**
   * Asks the actor to stop: it finishes the current message, and the messages
   * that wait in its mailbox go to dead letters. It is killed if it has not
   * stopped by its shutdown deadline.
   */
  stop(): void;
  /** Asks the actor to stop once it has handled the waiting messages. */
  drain(): void;
  /** Ends the actor immediately, whatever its handler is doing. */
  kill(): void;
  /** Whether the actor is running or will be: not gone for good. */
  readonly alive: boolean;
  /** Resolves when the actor is gone for good; never rejects. */
  readonly stopped: Promise<ExitReason>;
}
