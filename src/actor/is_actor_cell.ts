/**
 * Tells actors of this runtime from what else has the methods of a reference.
 *
 * @module
 */
import { ActorCell } from "./actor_cell.ts";
import type { ActorRef } from "./ref.ts";

/** Returns whether a reference is to an actor of this runtime. */
export function isActorCell<M>(ref: ActorRef<M>): ref is ActorCell<M> {
  return ref instanceof ActorCell;
}
