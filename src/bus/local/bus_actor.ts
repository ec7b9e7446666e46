/**
 * The actor of a bus: the bus ends with its system. Messages of the bus pass
 * through no mailbox.
 *
 * @module
 */
import type { Behavior } from "../../actor/mod.ts";

/** Messages of the actor of a bus: it was closed. */
export type BusActorMessage = "stop";

/** The behaviour of the actor of a bus. */
export const busActor: Behavior<BusActorMessage> = (context) => ({
  receive: () => context.stop(),
});
