/**
 * The actor of one thread of a store: starts it, watches over it and ends it.
 * Its parent is the supervisor of all threads, which starts it again when the
 * thread has ended.
 *
 * @module
 */
import { abortable } from "@std/async/abortable";
import type { Behavior } from "../../actor/mod.ts";
import { StoreLostError } from "../errors.ts";
import { ThreadLink } from "./thread_link.ts";
import type { ThreadUse } from "./thread_use.ts";

/** Where the link to one thread is, from life to life of its actor. */
export interface ThreadSeat {
  readonly name: string;
  /** The last thread, which may have ended. */
  last: ThreadLink | undefined;
  /**
   * The first thread, which was opened before there is an actor: what cannot be
   * opened concerns whoever opens the store, and is no crash of an actor.
   */
  opened: ThreadLink | undefined;
  /** What the threads have done, one after the other. */
  readonly use: ThreadUse;
  /** Opens the file on a new thread. */
  open(link: ThreadLink): Promise<void>;
  /** The thread can be used. */
  up(link: ThreadLink): void;
  /** The thread is gone, or about to be. */
  down(): void;
  /** It could not be started, or has ended; returns the error that says so. */
  failed(error: unknown): unknown;
}

/** The message of the actor: its thread has ended. */
export interface ThreadGone {
  readonly type: "gone";
}

/** Returns the behaviour of the actor of one thread. */
export function threadActor(seat: ThreadSeat): Behavior<ThreadGone> {
  return async ({ self, signal }) => {
    const link = seat.opened ?? await openThread(seat, signal);
    seat.opened = undefined;
    seat.up(link);
    void link.gone.then(() => {
      seat.down();
      self.tell({ type: "gone" });
    });
    return {
      receive() {
        // It is started again, unless that was so too often.
        throw seat.failed(
          new StoreLostError(`The thread ${seat.name} of the store has ended`),
        );
      },
      async stopped() {
        seat.down();
        // It closes the file in order if it still can.
        await link.ask("close", null).catch(() => {});
        link.end();
        await link.gone;
      },
    };
  };
}

/**
 * Opens the file on a new thread, when the last one is gone.
 *
 * @throws {unknown} as a rejection, what the seat makes of a failure.
 */
export async function openThread(
  seat: ThreadSeat,
  signal: AbortSignal,
): Promise<ThreadLink> {
  // A thread that computes has the file until it comes back.
  if (seat.last !== undefined) await abortable(seat.last.gone, signal);
  const link = seat.last = new ThreadLink(seat.name, seat.use);
  try {
    await abortable(seat.open(link), signal);
  } catch (error) {
    link.end();
    await link.gone;
    throw seat.failed(error);
  }
  return link;
}
