/**
 * The actor that keeps the sockets of a listener: parent of the peer actors,
 * each of which owns one socket. Its parent is the listener.
 *
 * @module
 */
import type { Behavior } from "../actor/mod.ts";
import {
  type AcceptedSocket,
  type AcceptSlot,
  notifyUser,
  type SocketLimit,
  type SocketOffer,
} from "../session/internal.ts";
import { ProtocolError } from "../session/mod.ts";
import type { ListenSettings } from "./listen_options.ts";
import type { DropCounter } from "./multiplexer.ts";
import { peerActor } from "./peer_actor.ts";

/** Messages of the actor that keeps the sockets of a listener. */
export type SocketsMessage =
  | SocketOffer
  /** A socket has ended. */
  | { readonly type: "socket_gone" };

/** Options of {@linkcode socketsActor}. */
export interface SocketsActorOptions {
  readonly settings: ListenSettings;
  /** Where accepted sockets come from. */
  readonly slot: AcceptSlot;
  readonly limit: SocketLimit;
  readonly counter: DropCounter;
}

/** Returns the behaviour of an actor that keeps sockets. */
export function socketsActor(
  { settings, slot, limit, counter }: SocketsActorOptions,
): Behavior<SocketsMessage> {
  const { limits, serve, ids, onPeerError } = settings;
  return (context) => {
    // The last life could not do so if it was killed.
    limit.clear();

    function adopt({ transport, remote }: AcceptedSocket): void {
      let isOwned = false;
      const peer = context.spawn(
        peerActor({
          connect() {
            isOwned = true;
            return Promise.resolve(transport);
          },
          remote,
          limits,
          counter,
          serve,
          ids,
          onEnd(cause) {
            if (!(cause instanceof ProtocolError)) return;
            notifyUser(context, () => onPeerError?.(cause, remote));
          },
        }),
        // Its connections are bounded, and so are the messages about them.
        { mailbox: { maxMessages: Infinity } },
      );
      peer.stopped.then(() => {
        // It was stopped before it could start.
        if (!isOwned) transport.close();
      });
      limit.add();
      context.watch(peer, () => ({ type: "socket_gone" }));
    }

    return {
      receive(message) {
        switch (message.type) {
          case "socket_offered":
            slot.handOver(adopt);
            return limit.replyWhenRoom(message.replyTo);
          case "socket_gone":
            return limit.remove();
          default:
            message satisfies never;
        }
      },
      stopped: () => limit.clear(),
    };
  };
}
