/**
 * How an actor is reached other than through its mailbox.
 *
 * @module
 */
import type { BaseCell } from "./base_cell.ts";
import type { Handler } from "./behavior.ts";
import type { Origin } from "./origin.ts";
import type { ExitReason } from "./ref.ts";

/** A message that its actor has stashed. */
export interface Stashed<M> {
  readonly message: M;
  readonly origin: Origin;
}

/**
 * An item of the supervision lane. It returns a message to handle, with the
 * context of its trace, or does its work itself.
 */
export type Signal<M> = (
  handler: Handler<M>,
) => { readonly message: M; readonly context: unknown } | undefined;

/** A handler that decides what happens to its supervised children. */
export interface SupervisingHandler<M> extends Handler<M> {
  /** Called when a child has started and handles messages. */
  childStarted(child: BaseCell): void;
  /** Called when the life of a child is over, to restart or discard it. */
  childExited(child: BaseCell, reason: ExitReason): void;
}
