/**
 * Sums over the actors of a tree, for the rooms that measure it.
 *
 * @module
 */
import type { ActorSnapshot } from "./snapshot.ts";

/** What some actors have, and what they and those that are gone did. */
export interface WorkSum {
  /** Actors that are not gone. */
  actors: number;
  /** Messages that wait. */
  mailboxMessages: number;
  /** Their bytes, where mailboxes are bounded in bytes. */
  mailboxBytes: number;
  /** Messages that were handled. */
  processed: number;
  /** Restarts by supervisors. */
  restarts: number;
  /** Milliseconds in handlers; `null` unless the system measures it. */
  busyMs: number | null;
}

/** Returns the sum over no actor. */
export function emptyWorkSum(measuresBusyTime: boolean): WorkSum {
  return {
    actors: 0,
    mailboxMessages: 0,
    mailboxBytes: 0,
    processed: 0,
    restarts: 0,
    busyMs: measuresBusyTime ? 0 : null,
  };
}

/** Adds one actor, without those below it. */
export function addActor(sum: WorkSum, actor: ActorSnapshot): void {
  sum.actors++;
  sum.mailboxMessages += actor.mailboxMessages;
  sum.mailboxBytes += actor.mailboxBytes;
  sum.processed += actor.processed;
  sum.restarts += actor.restarts;
  if (sum.busyMs !== null) sum.busyMs += actor.busyMs ?? 0;
}

/** Adds all actors below one, and what those did that are gone. */
export function addBelow(
  sum: WorkSum,
  { gone, children }: ActorSnapshot,
): void {
  sum.processed += gone.processed;
  sum.restarts += gone.restarts;
  if (sum.busyMs !== null) sum.busyMs += gone.busyMs;
  for (const child of children) addTree(sum, child);
}

/** Adds an actor and all below it. */
export function addTree(sum: WorkSum, actor: ActorSnapshot): void {
  addActor(sum, actor);
  addBelow(sum, actor);
}
