/**
 * Where the messages of a subscription come from, as it sees it.
 *
 * @module
 */
import type { Runnable } from "../../actor/internal.ts";
import type { DeliveryCounters } from "./counters.ts";

/** What an engine does for a subscription. */
export interface DeliveryPort {
  /** The totals that the subscription adds to. */
  readonly counters: DeliveryCounters;
  /** Calls `run` soon, such as the dispatcher of a system: never at once. */
  readonly runner: { schedule(runnable: Runnable): void };
  /**
   * The user has ended it, and nothing new is to be offered; called once. While
   * it is draining, what was on its way may be offered still, until the promise
   * resolves. It is not called when the engine has ended it, or when a signal
   * was aborted before it was made, so that `hasEnded` is true from the start.
   */
  onEnd(isDraining: boolean): void | PromiseLike<void>;
  /**
   * It has room for all that was offered, after an `offer` returned `false`.
   */
  onRoom?(): void;
  /** A message has left the queue for its reader or handler. */
  onTaken?(): void;
}
