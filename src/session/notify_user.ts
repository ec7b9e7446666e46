/**
 * Calls into the user's code: what it throws, or what its promise rejects with,
 * is reported, as the crash of an actor is, and harms nobody else.
 *
 * @module
 */
import type { ActorContext } from "../actor/mod.ts";
import { callGuarded, coreOf } from "../actor/internal.ts";

/** Calls `call`; returns whether it has not thrown. */
export function notifyUser<M>(
  { self, system }: ActorContext<M>,
  call: () => unknown,
): boolean {
  return callGuarded(
    call,
    (cause) => coreOf(system).failed(self, cause, undefined),
  );
}
