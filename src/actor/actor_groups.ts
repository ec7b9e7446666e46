/**
 * Groups of the actors of a tree for metrics, with a limit on their number.
 *
 * @module
 */
import { checkInteger, checkOneOf } from "../checks/internal.ts";
import type { ActorSnapshot } from "./snapshot.ts";
import {
  addActor,
  addBelow,
  addTree,
  emptyWorkSum,
  type WorkSum,
} from "./work_sum.ts";

/**
 * How actors are grouped: one group for the system, one for each actor at the
 * top of the tree with all its descendants, or one for each actor by its path.
 */
export type ActorGrouping = "system" | "top_level" | "path";

const GROUPINGS: readonly ActorGrouping[] = ["system", "top_level", "path"];

/** A group of actors, and the sums over them. */
export type ActorGroup = Readonly<WorkSum> & {
  /** Empty, the name of the actor at the top, or the path, by the grouping. */
  readonly name: string;
};

/** The name of the group of the actors over the limit: no actor has it. */
export const OTHER_ACTORS = "//others";

/** Default limit on the number of groups. */
export const MAX_ACTOR_GROUPS = 100;

/**
 * Groups the actors of a tree, except its root. If there are more than
 * `maxGroups` groups, the last ones become one group, `//others`: those spawned
 * last or, by path, those farthest from the top.
 *
 * @throws {TypeError} if `groupBy` is none of the three.
 * @throws {RangeError} if `maxGroups` is not a whole number from 1.
 */
export function groupActors(
  root: ActorSnapshot,
  groupBy: ActorGrouping,
  maxGroups: number = MAX_ACTOR_GROUPS,
): ActorGroup[] {
  checkOneOf("groupBy", groupBy, GROUPINGS);
  checkInteger("maxGroups", maxGroups, { min: 1 });
  const empty = () => emptyWorkSum(root.busyMs !== undefined);
  switch (groupBy) {
    case "system": {
      const sum = empty();
      addBelow(sum, root);
      return [{ name: "", ...sum }];
    }
    case "top_level":
      return capped(root.children, maxGroups, {
        empty,
        add: addTree,
        nameOf: ({ path }) => path.slice(1),
      });
    case "path":
      return capped(breadthFirst(root), maxGroups, {
        empty,
        add: addActor,
        nameOf: ({ path }) => path,
      });
    default:
      return groupBy satisfies never;
  }
}

/** How each group is made of its actors. */
interface Grouper {
  empty(): WorkSum;
  add(sum: WorkSum, actor: ActorSnapshot): void;
  nameOf(actor: ActorSnapshot): string;
}

function capped(
  actors: readonly ActorSnapshot[],
  maxGroups: number,
  { empty, add, nameOf }: Grouper,
): ActorGroup[] {
  const named = actors.length <= maxGroups ? actors.length : maxGroups - 1;
  const groups = actors.slice(0, named).map((actor) => {
    const sum = empty();
    add(sum, actor);
    return { name: nameOf(actor), ...sum };
  });
  if (named === actors.length) return groups;
  const others = empty();
  for (const actor of actors.slice(named)) add(others, actor);
  return [...groups, { name: OTHER_ACTORS, ...others }];
}

/** All actors below the root, those nearest to it first. */
function breadthFirst(root: ActorSnapshot): ActorSnapshot[] {
  const actors = [...root.children];
  // What is pushed is visited too.
  for (const { children } of actors) {
    for (const child of children) actors.push(child);
  }
  return actors;
}
