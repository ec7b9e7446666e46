/**
 * What reaches an actor beside its mailbox: the supervision lane and the stash.
 *
 * @module
 */
import type { Handler } from "./behavior.ts";
import type { Origin } from "./origin.ts";

/** A message that its actor has set aside. */
export interface Stashed<M> {
  readonly message: M;
  readonly origin: Origin;
}

/**
 * Work of the supervision lane: gives a message and the context of the trace
 * that it belongs to, or does its work itself.
 */
export type Signal<M> = (
  handler: Handler<M>,
) => { readonly message: M; readonly context: unknown } | undefined;
