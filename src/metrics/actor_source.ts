/**
 * What the actors of a system have and did.
 *
 * @module
 */
import type { ActorSystem } from "../actor/mod.ts";
import { addTree, emptyWorkSum, type WorkSum } from "../actor/internal.ts";
import type { ActorGroup, ActorMetrics } from "./snapshot.ts";

/**
 * The most groups that are told apart: names come from the program, and each
 * snapshot in the history holds them all.
 */
const MAX_GROUPS = 100;
/** The name of the group of all that come after; none of the others has it. */
const REST = "/";

/**
 * Sums over each actor at the top of the tree and all below it. Of more than
 * 100, those that were spawned last are one group, `/`.
 */
export function readActors(system: ActorSystem): ActorMetrics {
  const tree = system.tree();
  const { length } = tree.children;
  const named = length <= MAX_GROUPS ? length : MAX_GROUPS - 1;
  const sums = new Map<string, WorkSum>();
  for (const actor of tree.children) {
    const name = sums.size < named ? actor.path.slice(1) : REST;
    const sum = sums.get(name) ?? emptyWorkSum();
    addTree(sum, actor);
    sums.set(name, sum);
  }
  const measured = tree.busyMs !== undefined;
  return {
    deadLetters: system.deadLetters,
    lateReplies: system.lateReplies,
    groups: Array.from(sums, ([name, sum]): ActorGroup => ({
      name,
      actors: sum.actors,
      mailboxMessages: sum.messages,
      mailboxBytes: sum.bytes,
      processed: sum.processed,
      restarts: sum.restarts,
      busyMs: measured ? sum.busyMs : null,
    })),
  };
}
