/**
 * The acceptor actor: accepts the sockets of a listener, one at a time, and
 * offers each to the actor that keeps them. That one replies when there is
 * room for another, so the acceptor sleeps at the limit. Its parent is the
 * listener, which restarts it when it fails; the listening socket, the pending
 * accept and a socket that nobody has taken yet are in the slot, which
 * outlives it.
 *
 * @module
 */
import type { ActorRef, Behavior, ReplyTo } from "../actor/mod.ts";
import type { AcceptSlot } from "./accept_slot.ts";

/** Milliseconds between tries when the process is out of descriptors. */
const ACCEPT_RETRY_MS = 100;

/**
 * What an acceptor tells the actor that keeps the sockets: a socket may wait
 * in the slot. Take it, and reply when there is room for another.
 */
export interface SocketOffer {
  readonly type: "socket_offered";
  readonly replyTo: ReplyTo<void>;
}

/** Messages of an acceptor actor. */
export type AcceptorMessage =
  /** The offer was taken, and there is room for another socket. */
  | { readonly type: "has_room" }
  /** Whoever keeps the sockets has failed or stopped. */
  | { readonly type: "offer_failed" }
  /** A socket is in the slot. */
  | { readonly type: "accepted" }
  /** The system gave no socket. */
  | { readonly type: "accept_failed" }
  /** The back-off is over. */
  | { readonly type: "retry_due" };

/** Options of {@linkcode acceptorActor}. */
export interface AcceptorOptions {
  /** Where the sockets come from. */
  readonly slot: AcceptSlot;
  /** Returns the actor that keeps the sockets, which the listener starts first. */
  readonly sockets: () => ActorRef<SocketOffer> | undefined;
}

/** Returns the behaviour of an acceptor. */
export function acceptorActor(
  { slot, sockets }: AcceptorOptions,
): Behavior<AcceptorMessage> {
  return (context) => {
    function offer(): void {
      const keeper = sockets();
      if (keeper === undefined) return;
      context.pipeToSelf(
        // An ask, so that no reply to an earlier life is taken for ours.
        keeper.ask<void>(
          (replyTo) => ({ type: "socket_offered", replyTo }),
          { timeoutMs: Infinity, signal: context.signal },
        ),
        () => ({ type: "has_room" }),
        () => ({ type: "offer_failed" }),
      );
    }

    function accept(): void {
      context.pipeToSelf(
        slot.fill(),
        () => ({ type: "accepted" }),
        () => ({ type: "accept_failed" }),
      );
    }

    // The last life may have left a socket, and there may be no room.
    offer();
    return {
      receive(message) {
        switch (message.type) {
          case "accepted":
            return offer();
          case "has_room":
          case "retry_due":
            return accept();
          case "accept_failed":
            // Out of descriptors: wait for some to come back, as ranch does.
            context.after(ACCEPT_RETRY_MS, { type: "retry_due" });
            return;
          case "offer_failed":
            // The listener restarts this actor with that one, or ends both.
            return;
          default:
            message satisfies never;
        }
      },
    };
  };
}
