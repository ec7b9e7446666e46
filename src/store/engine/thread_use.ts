/**
 * What a thread of a store has done so far, through all of its lives.
 *
 * @module
 */
import type { CallMessage, Calls } from "./protocol.ts";

/** What a thread has done, as sums. */
export interface ThreadSums {
  /** Milliseconds in which it worked. */
  busyMs: number;
  /** Milliseconds of them that commits took. */
  commitMs: number;
  commits: number;
  /** Reads or writes. */
  done: number;
}

/** What a thread has done, and since when it does something. */
export interface ThreadUse extends ThreadSums {
  /** When it began with what it works on; undefined while it has nothing. */
  since: number | undefined;
}

/** Returns the sums of a thread that has done nothing. */
export function noUse(): ThreadUse {
  return { busyMs: 0, commitMs: 0, commits: 0, done: 0, since: undefined };
}

/** Returns the milliseconds in which a thread worked, up to now. */
export function busyMsOf({ busyMs, since }: Readonly<ThreadUse>): number {
  // A long read would count for nothing until it ends.
  return since === undefined ? busyMs : busyMs + performance.now() - since;
}

/** Adds what was done to a sum. */
export function addUse(to: ThreadSums, more: Readonly<ThreadSums>): void {
  to.busyMs += more.busyMs;
  to.commitMs += more.commitMs;
  to.commits += more.commits;
  to.done += more.done;
}

/** Returns how many reads or writes a call is. */
export function workOf({ name, request }: CallMessage): number {
  // The calls have the requests of their names.
  if (name === "read") return (request as Calls["read"]["request"]).count;
  if (name === "write") {
    return (request as Calls["write"]["request"]).works.length;
  }
  return name === "commit" ? 1 : 0;
}
