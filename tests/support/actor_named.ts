import type { ActorRef } from "../../src/actor/ref.ts";
import type { ActorSystem } from "../../src/actor/system.ts";

/** Resolves with the next actor of that name that starts. */
export function actorNamed(
  name: string,
  system: ActorSystem,
): Promise<ActorRef<never>> {
  const { promise, resolve } = Promise.withResolvers<ActorRef<never>>();
  const subscription = system.events.subscribe((event) => {
    if (event.type !== "started" || event.actor.name !== name) return;
    subscription[Symbol.dispose]();
    resolve(event.actor);
  });
  return promise;
}
