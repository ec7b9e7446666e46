/**
 * What can be seen of an actor from outside.
 *
 * @module
 */

/** Where an actor is. */
export type ActorState =
  /** Its behaviour was not called yet, or has not answered. */
  | "starting"
  /** It handles messages. */
  | "running"
  /** Its life ends: its children stop, then it cleans up. */
  | "stopping"
  /** Its life is over and its supervisor has not begun the next. */
  | "waiting"
  /** It is gone. */
  | "stopped";

/** What actors did, over all their lives. */
export interface WorkDone {
  /** Messages handled. */
  readonly processed: number;
  /** Restarts. */
  readonly restarts: number;
  /** Milliseconds in handlers; 0 unless it is measured. */
  readonly busyMs: number;
}

/** An actor and those below it, at one moment. */
export interface ActorSnapshot {
  /** Where it stands in the tree. */
  readonly path: string;
  /** Where it is in its life. */
  readonly state: ActorState;
  /** Messages that wait in its mailbox; those it has set aside do not. */
  readonly mailboxMessages: number;
  /** Their bytes; 0 unless the mailbox is bounded in bytes. */
  readonly mailboxBytes: number;
  /**
   * Messages handled so far, over all lives. One that was set aside counts
   * each time.
   */
  readonly processed: number;
  /** How often it was restarted. */
  readonly restarts: number;
  /** What its behaviour threw last, if it ever did. */
  readonly lastFailure: unknown;
  /**
   * Milliseconds that its handlers held the thread: the asynchronous ones
   * until their first `await`. `undefined` unless it is measured.
   */
  readonly busyMs: number | undefined;
  /** What those did that were below it and are gone. */
  readonly gone: WorkDone;
  /** Those below it, in the order of their spawning. */
  readonly children: readonly ActorSnapshot[];
}
