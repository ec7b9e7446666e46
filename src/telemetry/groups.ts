/**
 * The actors of a tree as metrics tell them apart, and their sums.
 *
 * @module
 */
import type { Attributes } from "@opentelemetry/api";
import type { ActorSnapshot } from "../actor/snapshot.ts";
import type { InstrumentOptions } from "./instrument.ts";

/** What is observed of one group of actors. */
export interface Group {
  /** What tells it from the others. */
  readonly key: string;
  readonly attributes: Attributes;
  actors: number;
  messages: number;
  bytes: number;
  processed: number;
  restarts: number;
  busyMs: number;
}

function newGroup(key: string, attributes: Attributes): Group {
  return {
    key,
    attributes,
    actors: 0,
    messages: 0,
    bytes: 0,
    processed: 0,
    restarts: 0,
    busyMs: 0,
  };
}

function addActor(group: Group, actor: ActorSnapshot): void {
  group.actors++;
  group.messages += actor.mailboxMessages;
  group.bytes += actor.mailboxBytes;
  group.processed += actor.processed;
  group.restarts += actor.restarts;
  group.busyMs += actor.busyMs ?? 0;
}

/** Adds all below an actor, also what those did that are gone. */
function addBelow(group: Group, { gone, children }: ActorSnapshot): void {
  group.processed += gone.processed;
  group.restarts += gone.restarts;
  group.busyMs += gone.busyMs;
  for (const child of children) {
    addActor(group, child);
    addBelow(group, child);
  }
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
        addActor(group, actor);
        addBelow(group, actor);
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
