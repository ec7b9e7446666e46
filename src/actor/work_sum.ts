/**
 * Sums over the actors of a tree, for those who measure it.
 *
 * @module
 */
import type { ActorSnapshot } from "./snapshot.ts";

/** What some actors have, and what they and those that are gone did. */
export interface WorkSum {
  /** Actors that are not gone. */
  actors: number;
  /** Messages that wait. */
  messages: number;
  /** Their bytes, where mailboxes are bounded in bytes. */
  bytes: number;
  /** Messages handled. */
  processed: number;
  restarts: number;
  /** Milliseconds in handlers; 0 unless it is measured. */
  busyMs: number;
}

/** The sum over nobody. */
export function emptyWorkSum(): WorkSum {
  return {
    actors: 0,
    messages: 0,
    bytes: 0,
    processed: 0,
    restarts: 0,
    busyMs: 0,
  };
}

/** Adds one actor, without those below it. */
export function addActor(sum: WorkSum, actor: ActorSnapshot): void {
  sum.actors++;
  sum.messages += actor.mailboxMessages;
  sum.bytes += actor.mailboxBytes;
  sum.processed += actor.processed;
  sum.restarts += actor.restarts;
  sum.busyMs += actor.busyMs ?? 0;
}

/** Adds all below an actor, also what those did that are gone. */
export function addBelow(
  sum: WorkSum,
  { gone, children }: ActorSnapshot,
): void {
  sum.processed += gone.processed;
  sum.restarts += gone.restarts;
  sum.busyMs += gone.busyMs;
  for (const child of children) addTree(sum, child);
}

/** Adds an actor and all below it. */
export function addTree(sum: WorkSum, actor: ActorSnapshot): void {
  addActor(sum, actor);
  addBelow(sum, actor);
}
