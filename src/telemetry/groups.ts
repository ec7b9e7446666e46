/**
 * The actors of a tree as metrics tell them apart, and their sums.
 *
 * @module
 */
import type { Attributes } from "@opentelemetry/api";
import type { ActorSnapshot } from "../actor/mod.ts";
import {
  addActor,
  addBelow,
  addTree,
  emptyWorkSum,
  type WorkSum,
} from "../actor/internal.ts";
import type { InstrumentOptions } from "./instrument.ts";

/** What is observed of one group of actors. */
export interface Group extends WorkSum {
  /** What tells it from the others. */
  readonly key: string;
  readonly attributes: Attributes;
}

function newGroup(key: string, attributes: Attributes): Group {
  return { key, attributes, ...emptyWorkSum() };
}

/**
 * The actors of a tree, but for its root, which is nobody's.
 *
 * @throws {TypeError} when `groupBy` is none of its values.
 */
export function groupsOf(
  root: ActorSnapshot,
  { groupBy = "top_level", attributes = {} }: InstrumentOptions,
): Group[] {
  switch (groupBy) {
    case "system": {
      const group = newGroup("", attributes);
      addBelow(group, root);
      return [group];
    }
    case "top_level":
      return root.children.map((actor) => {
        const name = actor.path.slice(1);
        const group = newGroup(name, {
          ...attributes,
          "troupe.actor.name": name,
        });
        addTree(group, actor);
        return group;
      });
    case "path":
      return root.children.flatMap(function each(actor): Group[] {
        const { path } = actor;
        const group = newGroup(path, {
          ...attributes,
          "troupe.actor.path": path,
        });
        addActor(group, actor);
        return [group, ...actor.children.flatMap(each)];
      });
    default:
      groupBy satisfies never;
      throw new TypeError(
        `Cannot instrument a system: groupBy is ${groupBy}, it must be system, top_level or path`,
      );
  }
}
