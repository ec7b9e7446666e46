/**
 * Telling users what happens: what they throw then is reported, as a crash of
 * an actor is, and harms nobody.
 *
 * @module
 */
import type { ActorContext } from "../actor/mod.ts";
import { coreOf } from "../actor/internal.ts";

/** Calls a user; answers false if that threw. */
export function tellUser<M>(
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
