/**
 * Many logical connections over one socket: chunks go in and out here.
 * Everything is synchronous and nothing waits for a reader, so a connection
 * that nobody reads holds up no other.
 *
 * @module
 */
import type { Clock, Timer } from "../actor/mod.ts";
import { Ring } from "../actor/internal.ts";
import { reasonOf } from "../checks/internal.ts";
import {
  type Address,
  ConnectError,
  ErrorCode,
  ProtocolError,
  SessionLostError,
  SocketLostError,
  TruncatedError,
} from "../session/mod.ts";
import type { Chunk } from "./chunk_reader.ts";
import { ChunkWriter } from "./chunk_writer.ts";
import { MixedMessagesError, UnreadOverflowError } from "./errors.ts";
import type { Holdings } from "./inbox.ts";
import type { ResolvedTcpConnOptions } from "./options.ts";
import { MAX_STARTED_MESSAGES } from "./protocol.ts";
import { Route } from "./route.ts";
import { type ConnectionPort, RoutedConnection } from "./routed_connection.ts";

/** Counter of the owner of sockets. */
export interface DropCounter {
  /** Bytes that arrived and that nobody was there to read. */
  droppedBytes: number;
}

/** Options of {@linkcode Multiplexer}. */
export interface MultiplexerOptions {
  readonly limits: ResolvedTcpConnOptions;
  readonly clock: Clock;
  readonly remote: Required<Address>;
  readonly counter: DropCounter;
  /** Takes connections that the peer starts; without it, they are dropped. */
  readonly onOpen: ((connection: RoutedConnection) => void) | undefined;
  /** Called when there are bytes in `out` for the socket. */
  readonly onOutput: () => void;
}

/** A connection that is full and holds up its socket. */
interface Stall {
  readonly route: Route;
  /** Bytes that it holds: fewer mean that it was read, or has ended. */
  heldBytes: number;
  timer: Timer;
}

/** The connections of one socket. */
export class Multiplexer implements ConnectionPort {
  /** Chunks for the socket. */
  readonly out: ChunkWriter = new ChunkWriter();
  readonly clock: Clock;
  readonly limits: ResolvedTcpConnOptions;
  readonly remote: Required<Address>;
  readonly holdings: Holdings = { bytes: 0, onRead: () => this.#onRead() };
  /** Connections that are open. */
  connections = 0;
  /** When the last of them ended, by the clock. */
  usedAt: number;
  readonly #routes = new Map<string, Route>();
  /** Ids whose next message has not started, in the order of their turns. */
  readonly #waiting = new Ring<Route>();
  /** Ids whose message has started, in the order of their turns. */
  readonly #started = new Ring<Route>();
  #startNext = true;
  #stall: Stall | undefined;
  #stalled: PromiseWithResolvers<void> | undefined;
  readonly #counter: DropCounter;
  readonly #onOpen: MultiplexerOptions["onOpen"];
  readonly #onOutput: () => void;
  #error: unknown;

  constructor(options: MultiplexerOptions) {
    this.clock = options.clock;
    this.limits = options.limits;
    this.remote = options.remote;
    this.#counter = options.counter;
    this.#onOpen = options.onOpen;
    this.#onOutput = options.onOutput;
    this.usedAt = this.clock.now();
  }

  /**
   * Takes an id, a UUID in lower case, into use.
   *
   * @throws {SessionLostError} when the socket has ended.
   * @throws {ConnectError} when the id is in use or spoiled, or there are too
   * many.
   */
  open(id: string): RoutedConnection {
    if (this.#error !== undefined) throw this.#error;
    const route = this.#routes.get(id);
    if (route === undefined) {
      const { maxConnections } = this.limits;
      if (this.#routes.size >= maxConnections) {
        throw new ConnectError(
          `Cannot connect: ${maxConnections} ids are in use on this socket, raise maxConnections`,
        );
      }
    } else if (route.connection !== undefined || route.spoiled) {
      throw new ConnectError(
        `Cannot connect: the id ${id} is ${
          route.spoiled ? "spoiled" : "in use"
        } on this socket, take another`,
      );
    }
    return this.#attach(route ?? this.#addRoute(id));
  }

  /** Takes a chunk from the reader. */
  readonly sink = ({ id, totalBytes, data }: Chunk): void => {
    const route = this.#routes.get(id) ?? this.#startedByPeer(id);
    if (route.spoiled) return this.#drop(data.length);
    if (!route.arriving && route.connection === undefined) {
      const open = this.#onOpen;
      if (open !== undefined) open(this.#attach(route));
    }
    if (!route.place(totalBytes, data.length)) {
      this.#drop(data.length);
      return this.#spoil(
        route,
        new MixedMessagesError(
          `The peer mixes messages of ${id}, do two of its senders use that id?`,
        ),
      );
    }
    const delivered = !route.skipping &&
      route.connection?.deliver(data, totalBytes);
    if (delivered) this.#stallIfFull(route);
    else this.#drop(data.length);
    this.#forgetIfDone(route);
  };

  /** Resolves when the socket may be read again; `undefined` if it may be. */
  get stalled(): Promise<void> | undefined {
    return this.#stalled?.promise;
  }

  /**
   * Ends the input: no more chunks will come.
   *
   * @throws {TruncatedError} in the middle of a message.
   */
  finish(): void {
    for (const route of this.#routes.values()) {
      if (!route.arriving) continue;
      throw new TruncatedError(
        `The peer closed the socket in the middle of a message of ${route.id}`,
      );
    }
  }

  /** Ends all connections with `cause`. */
  fail(cause: unknown): void {
    if (this.#error !== undefined) return;
    const error = this.#error = asSessionLost(cause);
    const routes = [...this.#routes.values()];
    this.#routes.clear();
    for (const route of routes) {
      route.connection?.end(error);
      route.rejectSends(error);
    }
    this.#stall?.timer.cancel();
    this.#stall = undefined;
    this.#resumeReading();
  }

  /** Gives waiting ids their turns, as far as there is room. */
  pump(): void {
    if (this.#error !== undefined) return;
    while (this.out.hasRoom) {
      const route = this.#next();
      if (route === undefined) break;
      route.sendChunk(this.out);
      if (route.sending) this.#started.push(route);
      else if (route.waiting) this.#waiting.push(route);
      else {
        route.queued = false;
        this.#forgetIfDone(route);
      }
    }
    if (this.out.length > 0) this.#onOutput();
  }

  // For the connections.

  send(connection: RoutedConnection, message: Uint8Array): Promise<void> {
    // The route exists as long as its connection has not ended.
    const route = this.#routes.get(connection.id) as Route;
    const sent = route.send(connection, message);
    if (!route.queued) {
      route.queued = true;
      this.#waiting.push(route);
    }
    this.pump();
    return sent;
  }

  release(connection: RoutedConnection, error: unknown): void {
    this.connections--;
    this.usedAt = this.clock.now();
    const route = this.#routes.get(connection.id);
    if (route === undefined) return;
    route.rejectSends(error, connection);
    route.detach(connection);
    this.#forgetIfDone(route);
    this.#onRead();
  }

  /**
   * Returns the id that sends next. New messages and started ones take turns:
   * small messages wait behind one chunk of a large one, and large ones go on.
   */
  #next(): Route | undefined {
    const mayStart = this.#waiting.length > 0 &&
      this.#started.length < MAX_STARTED_MESSAGES;
    if (mayStart && (this.#startNext || this.#started.length === 0)) {
      this.#startNext = false;
      return this.#waiting.shift();
    }
    this.#startNext = true;
    return this.#started.shift();
  }

  #startedByPeer(id: string): Route {
    const { maxConnections } = this.limits;
    if (this.#routes.size >= maxConnections) {
      throw new ProtocolError(
        `The peer uses more than ${maxConnections} ids at once, raise maxConnections if it may`,
        ErrorCode.REFUSED,
      );
    }
    return this.#addRoute(id);
  }

  #addRoute(id: string): Route {
    const route = new Route(id);
    this.#routes.set(id, route);
    return route;
  }

  #attach(route: Route): RoutedConnection {
    this.connections++;
    return route.connection = new RoutedConnection(this, route.id);
  }

  /** Stalls the socket if this id, or the socket as a whole, holds too much. */
  #stallIfFull(route: Route): void {
    if (this.#stall !== undefined) {
      this.#stall.heldBytes = heldBy(this.#stall.route);
      return;
    }
    const { maxUnreadBytes, maxSocketUnreadBytes } = this.limits;
    if (heldBy(route) > maxUnreadBytes) this.#startStall(route);
    else if (this.holdings.bytes > maxSocketUnreadBytes) {
      this.#startStall(this.#fullest(route));
    }
  }

  #startStall(route: Route): void {
    const { stallMs } = this.limits;
    if (stallMs === 0) return this.#overflow(route);
    this.#stalled ??= Promise.withResolvers();
    this.#stall = {
      route,
      heldBytes: heldBy(route),
      timer: this.clock.schedule(stallMs, () => {
        this.#stall = undefined;
        this.#overflow(route);
        this.#resumeReading();
      }),
    };
  }

  /** Called when something was read, or a connection has ended. */
  #onRead(): void {
    const stall = this.#stall;
    if (stall === undefined) return;
    const { maxUnreadBytes, maxSocketUnreadBytes } = this.limits;
    const heldBytes = heldBy(stall.route);
    if (
      heldBytes === stall.heldBytes && (heldBytes > maxUnreadBytes ||
        this.holdings.bytes > maxSocketUnreadBytes)
    ) return;
    stall.timer.cancel();
    this.#stall = undefined;
    this.#resumeReading();
  }

  /** Lets the socket be read again, unless another connection is full. */
  #resumeReading(): void {
    for (const route of this.#routes.values()) this.#stallIfFull(route);
    if (this.#stall !== undefined) return;
    this.#stalled?.resolve();
    this.#stalled = undefined;
  }

  #overflow(route: Route): void {
    this.#spoil(
      route,
      new UnreadOverflowError(
        `Cannot hold more unread bytes than the ${
          heldBy(route)
        } of this connection, read faster or raise maxUnreadBytes`,
      ),
    );
  }

  #fullest(route: Route): Route {
    let fullest = route;
    for (const other of this.#routes.values()) {
      if (heldBy(other) > heldBy(fullest)) fullest = other;
    }
    return fullest;
  }

  #spoil(route: Route, error: unknown): void {
    route.spoiled = true;
    this.#drop(heldBy(route));
    route.connection?.spoil(error);
  }

  #drop(bytes: number): void {
    this.#counter.droppedBytes += bytes;
  }

  /** Forgets an id that nobody uses and that has no message under way. */
  #forgetIfDone(route: Route): void {
    if (
      route.connection === undefined && !route.spoiled && !route.arriving &&
      !route.queued
    ) this.#routes.delete(route.id);
  }
}

function heldBy(route: Route): number {
  return route.connection?.heldBytes ?? 0;
}

/** Returns the end of a socket, with which everything over it ends. */
function asSessionLost(cause: unknown): SessionLostError {
  if (cause instanceof SessionLostError) return cause;
  const text = cause instanceof SocketLostError
    ? cause.message
    : `The socket has ended: ${reasonOf(cause)}`;
  return new SessionLostError(text, { cause });
}
