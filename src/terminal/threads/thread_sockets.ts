/**
 * The sockets of one thread that cross to another one: those that it has
 * accepted and others serve, and those that it serves and others have accepted.
 * A message port does not say that the thread at its other end is gone, so the
 * main thread does.
 *
 * @module
 */
import type { Clock } from "../../actor/mod.ts";
import type { Pass } from "../access/pass.ts";
import type { AttachmentError } from "../attach/attachment_events.ts";
import { CLOSE_MS, refuse, STOPPING } from "../attach/close_socket.ts";
import { ErrorCode } from "../attach/protocol.ts";
import type { TerminalHost } from "../terminal_host.ts";
import type { TakenSocket, ThreadId } from "./calls.ts";
import { PortSocket } from "./port_socket.ts";
import { SocketRelay } from "./socket_relay.ts";

/** Why a session is gone whose thread has ended. */
export const LOST_TEXT =
  "The session was lost: the worker in which it ran has ended";

/** The session was lost. */
export const LOST: AttachmentError = {
  type: "error",
  code: ErrorCode.NOT_FOUND,
  text: LOST_TEXT,
};
/** The session has ended meanwhile. */
const ENDED: AttachmentError = {
  type: "error",
  code: ErrorCode.NOT_FOUND,
  text: "The session has ended",
};

/** The sockets of one thread that cross to another one. */
export class ThreadSockets {
  readonly #host: TerminalHost;
  readonly #clock: Clock;
  /** Sockets of this thread, with the thread of their session. */
  readonly #relays = new Map<SocketRelay, ThreadId>();
  /** Sockets of other threads, with the thread that has accepted them. */
  readonly #taken = new Map<PortSocket, ThreadId>();
  readonly #gone = new Set<ThreadId>();
  #closing: Promise<void> | undefined;

  constructor(host: TerminalHost, clock: Clock) {
    this.#host = host;
    this.#clock = clock;
  }

  /** Relays a socket of this thread to the thread of its session. */
  relay(
    socket: WebSocket,
    port: MessagePort,
    early: readonly unknown[],
    owner: ThreadId,
  ): void {
    const { maxBufferedBytes, counters } = this.#host;
    const options = { socket, port, early, maxBufferedBytes, counters };
    const relay = new SocketRelay(options);
    if (this.#closing !== undefined) return relay.close(STOPPING);
    if (this.#gone.has(owner)) return relay.close(LOST);
    this.#relays.set(relay, owner);
    void relay.over.then(() => this.#relays.delete(relay));
  }

  /**
   * Attaches a socket of another thread to a session of this one; resolves when
   * the attachment has ended.
   */
  async take(
    { port, from, session: id, role, viewer, ...taken }: TakenSocket,
    pass: Pick<Pass, "ended">,
  ): Promise<void> {
    const socket = new PortSocket(port);
    if (this.#gone.has(from)) return socket.abandon();
    this.#taken.set(socket, from);
    void socket.closed.then(() => this.#taken.delete(socket));
    const session = this.#host.sessions.get(id);
    if (session === undefined) return refuse(socket, ENDED);
    const ledger = session.ledgerOf(viewer, role);
    const { clientId, name, offset } = taken;
    const viewed = { clientId, name, offset };
    const admission = { ...viewed, session, role, ledger, pass };
    await this.#host.attach(socket, [], admission);
  }

  /** Ends all that goes to and comes from a thread that is gone. */
  threadGone(thread: ThreadId): void {
    this.#gone.add(thread);
    for (const [relay, owner] of this.#relays) {
      if (owner === thread) relay.close(LOST);
    }
    for (const [socket, from] of this.#taken) {
      if (from === thread) socket.abandon();
    }
  }

  /**
   * Disconnects the viewers of this thread whose sessions live in others;
   * resolves when they know, or do not answer.
   */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    const relays = [...this.#relays.keys()];
    for (const relay of relays) relay.close(STOPPING);
    const late = Promise.withResolvers<void>();
    const timer = this.#clock.schedule(CLOSE_MS, late.resolve);
    const disconnected = relays.map((relay) => relay.disconnected);
    await Promise.race([Promise.all(disconnected), late.promise]);
    timer.cancel();
  }
}
