/**
 * How listeners of an actor system share their ports with those of other
 * threads, for the room that starts these threads.
 *
 * @module
 */
import type { ActorSystem } from "../actor/mod.ts";
import type { Acceptor } from "../session/internal.ts";
import type { Address } from "../session/mod.ts";
import type { Listener } from "./listener.ts";

/** Where the listeners of a system get their sockets from. */
export interface ListenerSharing {
  /**
   * Starts to listen, by `open`.
   *
   * @param open Opens the port, which others may open as well if it is shared.
   */
  listen(
    address: Required<Address>,
    open: (address: Required<Address>, isShared: boolean) => Acceptor,
  ): Acceptor;
  /** Called with each listener that was started. */
  onStart(listener: Listener): void;
}

const sharings = new WeakMap<ActorSystem, ListenerSharing>();

/** Makes all further listeners of `system` share their ports. */
export function shareListeners(
  system: ActorSystem,
  sharing: ListenerSharing,
): void {
  sharings.set(system, sharing);
}

/** Returns how the listeners of a system share their ports, if they do. */
export function sharingOf(system: ActorSystem): ListenerSharing | undefined {
  return sharings.get(system);
}
