/**
 * The listener actor: owns a port, and supervises the actor that keeps the
 * sockets and the acceptor to its right. An acceptor that fails is restarted
 * alone; if the keeper of the sockets fails, both are. Its parent is the
 * system, and it ends when the keeper of its sockets does in order.
 *
 * ```
 * listener (rest_for_one)
 * ├─ sockets    parent of the sockets, and of their sessions
 * └─ acceptor   sleeps at the limit, backs off when descriptors are short
 * ```
 *
 * @module
 */
import {
  type ActorSystem,
  type Behavior,
  child,
  supervisor,
  type SupervisorMessage,
} from "../actor/mod.ts";
import { spawnNamed } from "../actor/internal.ts";
import type { Acceptor } from "./acceptor.ts";
import { acceptorActor, type SocketOffer } from "./acceptor_actor.ts";
import { AcceptSlot } from "./accept_slot.ts";

/** A listener that was started. */
export interface RunningListener<M> {
  /** Resolves when the listener is over and its port is free; never rejects. */
  readonly closed: Promise<void>;
  /**
   * Asks the keeper of the sockets to end. Before that one has started there
   * is nothing to end but the listener itself.
   */
  end(message: M): void;
  /** Stops the listener, with all that is below it. */
  stop(): void;
}

/**
 * Starts a listener for the sockets of `acceptor`, which it closes.
 *
 * @param name What the listener is, as its actor shows it.
 * @param keep Returns the behaviour of the keeper of the sockets: it takes
 * them out of the slot when they are offered, is restarted when it fails, and
 * ends the listener when it stops itself.
 * @throws {TroupeError} when the system is shutting down.
 */
export function startListener<M>(
  system: ActorSystem,
  name: string,
  acceptor: Acceptor,
  keep: (slot: AcceptSlot) => Behavior<M | SocketOffer>,
): RunningListener<M> {
  const slot = new AcceptSlot(acceptor);
  const keeper = child({
    name: "sockets",
    behavior: keep(slot),
    restart: "transient",
    significant: true,
    // One offer at a time, and what the owner of the listener says.
    mailbox: { maxMessages: Infinity },
  });
  const supervise = supervisor({
    strategy: "rest_for_one",
    autoShutdown: "any_significant",
    children: [
      keeper,
      child({
        name: "acceptor",
        behavior: acceptorActor({ slot, sockets: () => keeper.under(root) }),
      }),
    ],
  });
  const behavior: Behavior<SupervisorMessage> = async (context) => {
    // At once, and not when the sockets have ended: newcomers are refused.
    context.signal.addEventListener("abort", () => void slot.close(), {
      once: true,
    });
    const handler = await supervise(context);
    return { ...handler, stopped: () => slot.close() };
  };
  const root = spawn();
  // Also when it is stopped before its behaviour has started.
  const closed = root.stopped.then(() => slot.close());
  return {
    closed,
    end(message) {
      const ref = keeper.under(root);
      if (ref === undefined) root.stop();
      else ref.tell(message);
    },
    stop: () => root.stop(),
  };

  function spawn() {
    try {
      return spawnNamed(system, name, behavior);
    } catch (error) {
      acceptor.close();
      throw error;
    }
  }
}
