/**
 * A network in memory, for tests of services without ports.
 *
 * @module
 */
import {
  checkBoolean,
  checkNoArguments,
  checkOneOf,
} from "../checks/internal.ts";
import type {
  AcceptedSocket,
  Acceptor,
  Address,
  Network,
  Transport,
} from "../session/mod.ts";
import { AcceptQueue } from "../session/internal.ts";
import { MemorySocket } from "./memory_socket.ts";

/** The first port that a listener gets that leaves the choice to the network. */
const FIRST_PORT = 49_152;

const SIDES = ["dialler", "listener"] as const;

/**
 * A network in memory: listeners and pools that are given it as their `network`
 * reach each other without ports or permissions, and a test decides what
 * happens to their sockets: with `cut` and `halfClose`, and by setting the
 * properties `refuses` and `stalled`, which are `false` at first. Nothing in it waits for real time, so that with a
 * {@linkcode ManualClock} the test decides about time, too.
 *
 * Everything above the sockets is real: handshakes, sessions that resume,
 * credit, keep-alive. Names of hosts mean nothing, but `localhost` is
 * `127.0.0.1`, and who listens at `0.0.0.0` or `::` is reached by any name.
 *
 * @example
 * ```ts
 * import { ActorSystem, ConnectionPool, listen } from "@troupe/troupe";
 * import { ManualClock, MemoryNetwork } from "@troupe/troupe/testing";
 *
 * const clock = new ManualClock();
 * const network = new MemoryNetwork();
 * await using system = new ActorSystem({ clock });
 * const { address } = listen(system, {
 *   network,
 *   port: 0,
 *   async serve(connection) {
 *     for await (const message of connection) await connection.send(message);
 *   },
 * });
 * const pool = new ConnectionPool(system, {
 *   network,
 *   backoff: { initialMs: 100, random: () => 0.5 },
 * });
 * const connection = await pool.connect(address);
 * await connection.accepted;
 *
 * network.cut();
 * await connection.send(new Uint8Array([42]));
 * await system.idle();
 * console.assert(connection.phase === "resuming");
 * clock.advance(50);
 * console.assert((await connection.receive())?.[0] === 42);
 * ```
 */
export class MemoryNetwork implements Network {
  readonly #listeners = new Map<string, MemoryAcceptor>();
  readonly #sockets = new Set<MemorySocket>();
  #isRefusing = false;
  #isStalled = false;
  #lastPort = FIRST_PORT - 1;

  /**
   * Creates a network without listeners or sockets.
   *
   * @throws {TypeError} if an argument is given: `refuses` and `stalled` are set
   * afterwards.
   */
  constructor() {
    checkNoArguments("MemoryNetwork", arguments);
    // Or `network.stall = true` would do nothing, and say nothing.
    if (new.target === MemoryNetwork) Object.preventExtensions(this);
  }

  /** Number of sockets that at least one side has open. */
  get sockets(): number {
    return this.#sockets.size;
  }

  /**
   * Whether new sockets are refused, as by a host on which nobody listens; at
   * first they are not.
   *
   * @throws {TypeError} if it is set to anything but `true` or `false`.
   */
  get refuses(): boolean {
    return this.#isRefusing;
  }

  set refuses(isRefusing: boolean) {
    checkBoolean("refuses", isRefusing);
    this.#isRefusing = isRefusing;
  }

  /**
   * Whether bytes stay under way and reach nobody, in both directions of all
   * sockets, as where a cable is unplugged. They arrive when it is `false`
   * again.
   *
   * @throws {TypeError} if it is set to anything but `true` or `false`.
   */
  get stalled(): boolean {
    return this.#isStalled;
  }

  set stalled(isStalled: boolean) {
    checkBoolean("stalled", isStalled);
    this.#isStalled = isStalled;
    for (const socket of this.#sockets) socket.stall(isStalled);
  }

  /**
   * Breaks all sockets that there are: both sides read and write no more, and
   * what is under way is lost. New sockets can be opened.
   */
  cut(): void {
    for (const socket of this.#sockets) socket.cut();
  }

  /**
   * Ends one direction of all sockets that there are: the other side reads the
   * end of file after what is under way.
   *
   * @param from The side that writes no more: `"dialler"` or `"listener"`.
   * @throws {TypeError} if it is neither.
   */
  halfClose(from: "dialler" | "listener"): void {
    checkOneOf("from", from, SIDES);
    for (const socket of this.#sockets) socket.halfClose(from);
  }

  /**
   * Starts to listen; `listen` calls it.
   *
   * @throws {Deno.errors.AddrInUse} if somebody listens at the address.
   */
  listen({ hostname, port }: Required<Address>): Acceptor {
    const address = { hostname, port: port === 0 ? this.#freePort() : port };
    const key = keyOf(address);
    if (this.#listeners.has(key)) {
      throw new Deno.errors.AddrInUse("Address already in use");
    }
    const acceptor = new MemoryAcceptor(address, () => {
      if (this.#listeners.get(key) === acceptor) this.#listeners.delete(key);
    });
    this.#listeners.set(key, acceptor);
    return acceptor;
  }

  /**
   * Opens a socket; a `ConnectionPool` calls it.
   *
   * @throws {Deno.errors.ConnectionRefused} as a rejection, if nobody listens at
   * the address, or `refuses` is set; or the reason of the signal.
   */
  connect(address: Required<Address>, signal: AbortSignal): Promise<Transport> {
    return Promise.try(() => {
      signal.throwIfAborted();
      const { port } = address;
      const acceptor = this.#listeners.get(keyOf(address)) ??
        this.#listeners.get(keyOf({ hostname: "0.0.0.0", port })) ??
        this.#listeners.get(keyOf({ hostname: "::", port }));
      if (this.#isRefusing || acceptor === undefined) {
        throw new Deno.errors.ConnectionRefused("Connection refused");
      }
      const socket = new MemorySocket(() => this.#sockets.delete(socket));
      this.#sockets.add(socket);
      socket.stall(this.#isStalled);
      const remote = { hostname: "127.0.0.1", port: this.#freePort() };
      acceptor.offer({ transport: socket.listener, remote });
      return socket.dialler;
    });
  }

  #freePort(): number {
    this.#lastPort = this.#lastPort < 65_535 ? this.#lastPort + 1 : FIRST_PORT;
    return this.#lastPort;
  }
}

/** The acceptor of one listener. */
class MemoryAcceptor implements Acceptor {
  readonly address: Required<Address>;
  readonly #onClose: () => void;
  readonly #queue = new AcceptQueue();

  constructor(address: Required<Address>, onClose: () => void) {
    this.address = address;
    this.#onClose = onClose;
  }

  offer(socket: AcceptedSocket): void {
    this.#queue.offer(socket);
  }

  accept(): Promise<AcceptedSocket> {
    return this.#queue.accept();
  }

  close(): void {
    if (!this.#queue.isOpen) return;
    this.#onClose();
    this.#queue.close();
  }
}

function keyOf({ hostname, port }: Required<Address>): string {
  return `${hostname === "localhost" ? "127.0.0.1" : hostname}:${port}`;
}
