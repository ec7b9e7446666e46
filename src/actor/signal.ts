/**
 * What reaches an actor beside its mailbox: the supervision lane and the stash.
 *
 * @module
 */
import type { BaseCell } from "./base_cell.ts";
import type { Handler } from "./behavior.ts";
import type { Origin } from "./origin.ts";
import type { ExitReason } from "./ref.ts";

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

/** A handler that decides what becomes of its supervised children. */
export interface SupervisingHandler<M> extends Handler<M> {
  /** The child handles messages now. */
  childStarted(child: BaseCell): void;
  /** The child's life is over: restart or discard it. */
  childExited(child: BaseCell, reason: ExitReason): void;
}
