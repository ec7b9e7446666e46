/**
 * The counters of a system of actors.
 *
 * @module
 */
import type { ActorSystem } from "../actor/mod.ts";
import { groupActors } from "../actor/internal.ts";
import type { ActorMetrics } from "./snapshot.ts";

/** Returns sums over each actor at the top of the tree and all below it. */
export function readActors(
  system: ActorSystem,
  maxGroups: number,
): ActorMetrics {
  return {
    deadLetters: system.deadLetters,
    lateReplies: system.lateReplies,
    groups: groupActors(system.tree(), "top_level", maxGroups),
  };
}
