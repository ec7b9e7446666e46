/**
 * Names of actors that the library itself starts in a system of a program.
 *
 * @module
 */
import type { BaseCell } from "./base_cell.ts";
import type { Behavior, SpawnOptions } from "./behavior.ts";
import { coreOf } from "./core.ts";
import type { ActorRef } from "./ref.ts";
import type { ActorSystem } from "./system.ts";

/** Returns a text as a name: a path has slashes between names alone. */
export function nameOf(text: string): string {
  return text.replaceAll("/", "\\");
}

/**
 * Starts an actor at the top of a system under a name that says what it is, such
 * as `listener 127.0.0.1:7000`. The name has two words, so that it is hardly one
 * that a program gives to its own; if it is taken, a number follows.
 *
 * @throws {TroupeError} when the system is shutting down.
 */
export function spawnNamed<M>(
  system: ActorSystem,
  name: string,
  behavior: Behavior<M>,
  options?: Omit<SpawnOptions<M>, "name">,
): ActorRef<M> {
  const root = coreOf(system).root as BaseCell;
  const wanted = nameOf(name);
  const free = root.hasChild(wanted) ? `${wanted} ${root.freeName()}` : wanted;
  return system.spawn(behavior, { ...options, name: free });
}
