/**
 * The pool actor: parent of the peer actors, each of which owns the socket to
 * one address. Its parent is the system.
 *
 * @module
 */
import { nameOf } from "../actor/internal.ts";
import type { ActorRef, Behavior, ReplyTo } from "../actor/mod.ts";
import type { Address } from "../session/mod.ts";
import {
  connectOver,
  type ConnectReply,
  formatAddress,
  type PoolEntries,
  type PoolEntry,
  PoolOpening,
  replyWithConnection,
} from "../session/internal.ts";
import type { TcpConnConnection } from "./connection.ts";
import { dial } from "./dial.ts";
import type { DropCounter } from "./multiplexer.ts";
import type { ResolvedTcpConnOptions } from "./options.ts";
import { peerActor, type PeerMessage, type PeerSocket } from "./peer_actor.ts";
import type { TcpConnConnectOptions } from "./pool_options.ts";

/** An open socket, and the actor that owns it. */
export interface PooledSocket {
  readonly socket: PeerSocket;
  readonly peer: ActorRef<PeerMessage>;
}

/** Messages of a pool actor. */
export interface PoolMessage {
  readonly type: "connect";
  readonly address: Address;
  readonly options: TcpConnConnectOptions & { readonly id: string };
  readonly replyTo: ReplyTo<ConnectReply<TcpConnConnection>>;
}

/** Options of {@linkcode poolActor}. */
export interface PoolActorOptions {
  readonly entries: PoolEntries<PooledSocket>;
  readonly limits: ResolvedTcpConnOptions;
  readonly counter: DropCounter;
  /** Milliseconds that a dial may take. */
  readonly dialMs: number;
}

/** Returns the behaviour of a pool that keeps its sockets in `entries`. */
export function poolActor(
  { entries, limits, counter, dialMs }: PoolActorOptions,
): Behavior<PoolMessage> {
  return (context) => {
    const { clock } = context.system;
    let peers = 0;

    function open(
      address: Address,
      entry: PoolEntry<PooledSocket>,
    ): Promise<PooledSocket> {
      const { hostname = "127.0.0.1", port } = address;
      const opening = new PoolOpening(entries, entry);
      entries.counters.dials++;
      const peer = context.spawn(
        peerActor({
          connect: (signal) => dial(address, { signal, dialMs, clock }),
          remote: { hostname, port },
          limits,
          counter,
          onReady: (socket) => opening.ready({ socket, peer }),
          onEnd(cause) {
            opening.lost();
            opening.failed(cause);
          },
        }),
        {
          name: `${nameOf(formatAddress({ hostname, port }))} #${++peers}`,
          mailbox: { maxMessages: Infinity },
        },
      );
      peer.stopped.then(() => opening.stopped());
      return opening.opened;
    }

    async function connect(
      address: Address,
      options: PoolMessage["options"],
    ): Promise<TcpConnConnection> {
      const { resource } = entries.entryFor(formatAddress(address), {
        open: (entry) => open(address, entry),
        close: ({ peer }) => peer.stop(),
      });
      if (resource.isOpen) entries.counters.reuses++;
      const lease = await resource.acquire();
      return connectOver(
        lease,
        options,
        ({ socket }) => socket.open(options.id),
      );
    }

    return {
      receive({ address, options, replyTo }) {
        replyWithConnection(replyTo, connect(address, options));
      },
    };
  };
}
