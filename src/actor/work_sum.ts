/**
 * Sums over the actors of a tree, for the rooms that measure it.
 *
 * @module
 */
import type { ActorSnapshot, WorkDone } from "./snapshot.ts";

/** Sums over some actors, and over those that are gone below them. */
export interface WorkSum {
  /** Number of actors that are not gone. */
  actors: number;
  /** Number of messages in mailboxes. */
  mailboxMessages: number;
  /** Bytes in mailboxes that are bounded in bytes. */
  mailboxBytes: number;
  /** Number of messages handled. */
  processed: number;
  /** Number of restarts by supervisors. */
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

/** Adds one actor, without its descendants. */
export function addActor(sum: WorkSum, actor: ActorSnapshot): void {
  sum.actors++;
  sum.mailboxMessages += actor.mailboxMessages;
  sum.mailboxBytes += actor.mailboxBytes;
  sum.processed += actor.processed;
  sum.restarts += actor.restarts;
  if (sum.busyMs !== null) sum.busyMs += actor.busyMs ?? 0;
}

/** Adds the descendants of an actor, those that are gone too. */
export function addBelow(
  sum: WorkSum,
  { gone, children }: ActorSnapshot,
): void {
  addGone(sum, gone);
  // What is pushed is visited too: a tree may be deeper than the stack.
  const actors = [...children];
  for (const actor of actors) {
    addActor(sum, actor);
    addGone(sum, actor.gone);
    for (const child of actor.children) actors.push(child);
  }
}

function addGone(sum: WorkSum, gone: WorkDone): void {
  sum.processed += gone.processed;
  sum.restarts += gone.restarts;
  if (sum.busyMs !== null) sum.busyMs += gone.busyMs;
}

/** Adds an actor and all its descendants. */
export function addTree(sum: WorkSum, actor: ActorSnapshot): void {
  addActor(sum, actor);
  addBelow(sum, actor);
}
