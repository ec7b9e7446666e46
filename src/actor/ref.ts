/**
 * What a user holds of an actor: a typed reference.
 *
 * @module
 */

/** Why an actor is gone for good, or why one of its lives ended. */
export type ExitReason =
  /** It stopped itself. */
  | { readonly type: "normal" }
  /** It was asked to stop, by its parent or through its reference. */
  | { readonly type: "shutdown" }
  /** It was killed, or did not stop within its deadline. */
  | { readonly type: "killed" }
  /** Its behaviour threw. */
  | { readonly type: "failed"; readonly cause: unknown };

/** Where an answer goes: a request carries one in its `replyTo`. */
export interface ReplyTo<in T> {
  /**
   * Sends a message without waiting. Answers false, and never throws, when
   * the other side will not get it; the message then is in dead letters.
   */
  tell(message: T): boolean;
}

/** Options of {@linkcode ActorRef.ask}. */
export interface AskOptions {
  /**
   * Milliseconds to wait for the answer; `Infinity` waits for ever.
   * @default {5000}
   */
  readonly timeoutMs?: number;
  /** Gives the ask up; it rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * A reference to an actor that takes messages of type `M`. It stays valid
 * when the actor restarts, and may be kept, compared and sent in messages.
 */
export interface ActorRef<in M> extends ReplyTo<M> {
  /** Where the actor stands in the tree, such as `/orders/worker-3`. */
  readonly path: string;
  /** The last part of the path. */
  readonly name: string;
  /**
   * Sends a request and waits for its answer.
   *
   * `request` gets the address for the answer and returns the message.
   * Rejects with {@linkcode AskTimeoutError}, {@linkcode ActorStoppedError},
   * {@linkcode MailboxFullError}, {@linkcode ActorFailedError} when the actor
   * crashes on this request, or the signal's reason.
   *
   * @example
   * ```ts
   * import { ActorSystem, type ReplyTo } from "@troupe/troupe";
   *
   * await using system = new ActorSystem();
   * const doubler = system.spawn<{ value: number; replyTo: ReplyTo<number> }>(
   *   () => ({ receive: ({ value, replyTo }) => void replyTo.tell(value * 2) }),
   * );
   * const answer = await doubler.ask<number>((replyTo) => ({ value: 21, replyTo }));
   * console.assert(answer === 42);
   * ```
   */
  ask<R>(
    request: (replyTo: ReplyTo<R>) => M,
    options?: AskOptions,
  ): Promise<R>;
  /**
   * Asks the actor to stop: it finishes the message in hand, and what waits
   * in its mailbox goes to dead letters. After its shutdown deadline it is
   * killed.
   */
  stop(): void;
  /** Like `stop`, but handles what waits in the mailbox first. */
  drain(): void;
  /** Ends the actor at once, whatever its handler is doing. */
  kill(): void;
  /** Whether the actor is not gone for good. */
  readonly alive: boolean;
  /** Resolves when the actor is gone for good; never rejects. */
  readonly stopped: Promise<ExitReason>;
}
