/**
 * The pool actor: parent of the peer actors, each of which keeps the session
 * with one address. Its parent is the system; it ends when it is closed and
 * the last peer has ended.
 *
 * @module
 */
import type { ActorRef, Behavior, ReplyTo } from "../actor/mod.ts";
import { nameOf, type ResolvedBackoff } from "../actor/internal.ts";
import { explainFailure } from "./connect_failure.ts";
import { type ConnectOptions, PRIORITIES } from "./connector.ts";
import { dialSession } from "./dialled_session.ts";
import { ConnectError, SessionLostError } from "./errors.ts";
import {
  connectOver,
  type ConnectReply,
  poolClosed,
  replyWithConnection,
} from "./leased_connection.ts";
import {
  type PoolEntries,
  type PoolEntry,
  PoolOpening,
} from "./pool_entries.ts";
import type { LiveSessions } from "./live_sessions.ts";
import type { LogicalConnection } from "./logical_connection.ts";
import {
  type Address,
  formatAddress,
  type ResolvedSessionOptions,
} from "./options.ts";
import { peerActor, type PeerMessage, type PeerSession } from "./peer_actor.ts";
import type { Session } from "./session.ts";
import type { SessionState } from "./session_phase.ts";
import type { Transport } from "./transport.ts";

/** How a pool gets its sockets, and what their sessions may do. */
export interface PoolActorSettings {
  readonly session: ResolvedSessionOptions;
  readonly backoff: ResolvedBackoff;
  readonly retryMs: number;
  /** Called before each socket. */
  readonly credentials: (() => Uint8Array) | undefined;
  readonly onState: ((state: SessionState) => void) | undefined;
  /** The sessions whose actors have not stopped. */
  readonly live: LiveSessions;
  /** Opens a socket; rejects when there is none, or the signal aborts. */
  readonly dial: (address: Address, signal: AbortSignal) => Promise<Transport>;
}

/** A session that is ready, and the actor that keeps it. */
export interface PooledSession {
  readonly session: PeerSession;
  readonly peer: ActorRef<PeerMessage>;
}

/** Messages of a pool actor. */
export type PoolMessage =
  /** Open a logical connection. */
  | {
    readonly type: "connect";
    readonly address: Address;
    readonly options: ConnectOptions;
    readonly replyTo: ReplyTo<ConnectReply<LogicalConnection>>;
  }
  /** End all sessions in order, then the pool. */
  | { readonly type: "close" }
  /** A session is over. */
  | { readonly type: "peer_gone"; readonly peer: ActorRef<PeerMessage> };

/** No server can keep this side away for longer, by mistake or malice. */
const MAX_AVOID_MS = 3_600_000;

/** Returns the behaviour of a pool that keeps its sockets in `entries`. */
export function poolActor(
  entries: PoolEntries<PooledSession>,
  settings: PoolActorSettings,
): Behavior<PoolMessage> {
  const { session, backoff } = settings;
  return (context) => {
    const peers = new Set<ActorRef<PeerMessage>>();
    /** When an address may be dialled again, by the clock, if it said so. */
    const notBefore = new Map<string, number>();
    const { clock } = context.system;
    let closing = false;
    let peersSoFar = 0;

    function avoid(key: string, retryAfterMs: number): void {
      if (retryAfterMs <= 0) return;
      const delayMs = Math.min(retryAfterMs, MAX_AVOID_MS);
      notBefore.set(key, clock.now() + delayMs);
    }

    async function open(
      address: Address,
      entry: PoolEntry<PooledSession>,
    ): Promise<PooledSession> {
      const { key } = entry;
      const waitMs = (notBefore.get(key) ?? 0) - clock.now();
      if (waitMs > 0) {
        throw new ConnectError(
          `Cannot connect to ${key}: it asks to be left alone for another ${
            Math.ceil(waitMs)
          } ms`,
        );
      }
      notBefore.delete(key);
      const opening = new PoolOpening(entries, entry);
      const dialled = dialSession({
        address,
        limits: session,
        clock,
        credentials: settings.credentials,
        backoff,
        retryMs: settings.retryMs,
        connect(signal) {
          entries.counters.dials++;
          return settings.dial(address, signal);
        },
      });
      let live: Session | undefined;
      const peer = context.spawn(
        peerActor({
          ...dialled,
          session: (port) => settings.live.add(live = dialled.session(port)),
          serve: undefined,
          onState(state) {
            if (state.phase === "lost") opening.lost();
            return settings.onState?.(state);
          },
          onGoingAway(retryAfterMs) {
            avoid(key, retryAfterMs);
            opening.retire();
          },
          onReady: (session) => opening.ready({ session, peer }),
          onEnd(cause) {
            if (cause instanceof SessionLostError) {
              avoid(key, cause.retryAfterMs);
            }
            opening.failed(
              closing
                ? new ConnectError("The pool was closed")
                : explainFailure(cause, key),
            );
          },
        }),
        { name: `${nameOf(key)} #${++peersSoFar}` },
      );
      peers.add(peer);
      context.watch(peer, () => ({ type: "peer_gone", peer }));
      peer.stopped.then(() => {
        settings.live.delete(live);
        opening.stopped();
      });
      return await opening.opened;
    }

    async function connect(
      address: Address,
      options: ConnectOptions,
    ): Promise<LogicalConnection> {
      const {
        id = crypto.randomUUID(),
        metadata = new Uint8Array(0),
        priority = "normal",
      } = options;
      while (true) {
        const entry = entries.entryFor(formatAddress(address), {
          open: (entry) => open(address, entry),
          close: ({ peer }) => void peer.tell({ type: "close" }),
        });
        const joins = entry.resource.isOpen;
        if (joins) entries.counters.reuses++;
        const lease = await entry.resource.acquire().catch((error) => {
          // What there was is lost, which says nothing of the next one.
          if (entry.opening?.isReady) return undefined;
          throw error;
        });
        if (lease?.value.session.isUsable) {
          return await connectOver(
            lease,
            options,
            ({ session }, givenUp) =>
              session.open(
                { id, metadata, priority: PRIORITIES[priority] },
                givenUp,
              ),
          );
        }
        lease?.release();
        entries.retire(entry);
        if (joins) continue;
        throw new ConnectError(
          `Cannot connect to ${entry.key}: it went away at once, try again later`,
        );
      }
    }

    return {
      receive(message) {
        switch (message.type) {
          case "connect": {
            const { address, options, replyTo } = message;
            if (closing) return void replyTo.tell({ error: poolClosed() });
            return replyWithConnection(replyTo, connect(address, options));
          }
          case "close":
            closing = true;
            for (const entry of entries) entries.retire(entry);
            for (const peer of peers) peer.tell({ type: "close" });
            if (peers.size === 0) context.stop();
            return;
          case "peer_gone":
            peers.delete(message.peer);
            if (closing && peers.size === 0) context.stop();
            return;
          default:
            message satisfies never;
        }
      },
    };
  };
}
