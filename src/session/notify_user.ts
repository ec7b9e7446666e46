/**
 * Calls into the user's code: what it throws is reported, as the crash of an
 * actor is, and harms nobody else.
 *
 * @module
 */
import type { ActorContext } from "../actor/mod.ts";
import { coreOf } from "../actor/internal.ts";

/** Calls `call`; returns whether it succeeded. */
export function notifyUser<M>(
  { self, system }: ActorContext<M>,
  call: () => void,
): boolean {
  try {
    call();
    return true;
  } catch (cause) {
    coreOf(system).failed(self, cause, undefined);
    return false;
  }
}
