/**
 * What `ActorSystem.tree()` shows of an actor.
 *
 * @module
 */

/** Where an actor is in its life. */
export type ActorState =
  /** The behaviour has not been called, or its promise is pending. */
  | "starting"
  /** The actor handles messages. */
  | "running"
  /** The life is ending: the children stop, then the actor cleans up. */
  | "stopping"
  /** The life is over and the supervisor has not started the next one. */
  | "waiting"
  /** The actor is gone for good. */
  | "stopped";

/** Work that actors have done, over all their lives. */
export interface WorkDone {
  /** Number of messages handled. */
  readonly processed: number;
  /** Number of restarts so far. */
  readonly restarts: number;
  /** Milliseconds spent in handlers; 0 unless busy time is measured. */
  readonly busyMs: number;
}

/** An actor and its descendants, at one moment. */
export interface ActorSnapshot {
  /** The place of the actor in the tree. */
  readonly path: string;
  /** Where the actor is in its life. */
  readonly state: ActorState;
  /** Number of messages in the mailbox, without the stashed ones. */
  readonly mailboxMessages: number;
  /** Bytes in the mailbox; 0 unless it is bounded in bytes. */
  readonly mailboxBytes: number;
  /**
   * Number of messages handled so far, over all lives. A message that is
   * stashed counts each time.
   */
  readonly processed: number;
  /** How often the actor was restarted. */
  readonly restarts: number;
  /** What the behaviour threw last, if it ever did. */
  readonly lastFailure: unknown;
  /**
   * Milliseconds that the handlers held the thread; an asynchronous one counts
   * until its first `await`. `undefined` unless busy time is measured.
   */
  readonly busyMs: number | undefined;
  /** Work of the descendants that are gone. */
  readonly gone: WorkDone;
  /** The children, in the order in which they were spawned. */
  readonly children: readonly ActorSnapshot[];
}
