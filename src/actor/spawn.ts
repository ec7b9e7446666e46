/**
 * Starting a child.
 *
 * @module
 */
import { ActorCell } from "./actor_cell.ts";
import type { Behavior, SpawnOptions } from "./behavior.ts";
import type { Cell } from "./cell.ts";
import { TroupeError } from "./errors.ts";

/** Starts a child of `parent`, under a name that is free. */
export function spawnChild<C>(
  parent: Cell,
  behavior: Behavior<C>,
  options: SpawnOptions<C> | undefined,
  supervised: boolean,
): ActorCell<C> {
  if (!parent.maySpawn) {
    throw new TroupeError(`Cannot spawn: ${parent.path} is stopping`);
  }
  const given = options?.name;
  if (given !== undefined) checkName(parent, given);
  const name = given ?? parent.freeName();
  const { core } = parent;
  const child = new ActorCell(
    core,
    parent,
    name,
    behavior,
    options,
    supervised,
  );
  parent.adopt(child);
  return child;
}

function checkName(parent: Cell, name: string): void {
  if (name === "" || name.includes("/")) {
    throw new TypeError(
      `Cannot spawn: the name ${JSON.stringify(name)} is empty or has a "/"`,
    );
  }
  if (parent.hasChild(name)) {
    throw new TroupeError(
      `Cannot spawn: ${parent.path} has a child named ${
        JSON.stringify(name)
      } already`,
    );
  }
}
