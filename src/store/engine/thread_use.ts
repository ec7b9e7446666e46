/**
 * What a thread of a store has done so far, through all of its lives.
 *
 * @module
 */
import type { CallMessage, Calls } from "./protocol.ts";

/** What a thread has done, as sums that only grow. */
export interface ThreadUse {
  /** Milliseconds in which it worked. */
  busyMs: number;
  /** Milliseconds of them that commits took. */
  commitMs: number;
  commits: number;
  /** Reads or writes. */
  done: number;
}

/** Returns the sums of a thread that has done nothing. */
export function noUse(): ThreadUse {
  return { busyMs: 0, commitMs: 0, commits: 0, done: 0 };
}

/** Adds what was done to a sum. */
export function addUse(to: ThreadUse, more: Readonly<ThreadUse>): void {
  to.busyMs += more.busyMs;
  to.commitMs += more.commitMs;
  to.commits += more.commits;
  to.done += more.done;
}

/** Returns how many reads or writes a call is. */
export function workOf({ name, request }: CallMessage): number {
  // The calls have the requests of their names.
  if (name === "read") return (request as Calls["read"]["request"]).length;
  if (name === "write") {
    return (request as Calls["write"]["request"]).works.length;
  }
  return name === "commit" ? 1 : 0;
}
