/**
 * Which worker an accepted socket belongs to. The secret with which a session is
 * resumed begins with the name of the worker that keeps the session, so a socket
 * that lands in another one is relayed. All this is above TLS, which ends where
 * the socket was accepted.
 *
 * @module
 */
import type { Clock } from "../actor/mod.ts";
import {
  type AcceptedSocket,
  type Acceptor,
  AcceptQueue,
  HELLO_TOKEN_END,
  helloToken,
  mayBeHello,
} from "../session/internal.ts";
import type { Address, Transport } from "../session/mod.ts";
import { ownerOf, type WorkerName } from "./worker_name.ts";

/** Milliseconds that a socket has to say which session it is for. */
const HELLO_MS = 10_000;
/** Sockets that may not have said so at once; more wait to be accepted. */
const MAX_UNDECIDED = 1024;
/** Relayed sockets that may wait for the listener; more are closed. */
const MAX_WAITING = 1024;

/** Relays a socket to its worker; returns false if that is gone for good. */
export type Relay = (
  to: WorkerName,
  socket: AcceptedSocket,
  first: Uint8Array,
) => Promise<boolean>;

/** What {@linkcode SocketRouter} is made of. */
export interface SocketRouterOptions {
  /** Where sockets come from. */
  readonly acceptor: Acceptor;
  /** This worker. */
  readonly self: WorkerName;
  /** What the secrets of this worker's sessions begin with. */
  readonly tokenPrefix: Uint8Array;
  readonly clock: Clock;
  readonly relay: Relay;
}

/** An acceptor that keeps the sockets of this worker and relays the others. */
export class SocketRouter implements Acceptor {
  readonly address: Required<Address>;
  readonly tokenPrefix: Uint8Array;
  /** Sockets that the kernel gave this worker. */
  accepted = 0;
  /** Those of them that were relayed to another. */
  relayed = 0;
  readonly #options: SocketRouterOptions;
  /** Sockets of this worker. */
  readonly #queue = new AcceptQueue();
  /** Sockets of which it is not known where they belong. */
  readonly #undecided = new Set<Transport>();
  #isFilling = false;

  constructor(options: SocketRouterOptions) {
    this.#options = options;
    this.address = options.acceptor.address;
    this.tokenPrefix = options.tokenPrefix;
  }

  accept(): Promise<AcceptedSocket> {
    const socket = this.#queue.accept();
    void this.#fill();
    return socket;
  }

  close(): void {
    if (!this.#queue.isOpen) return;
    this.#options.acceptor.close();
    for (const transport of this.#undecided) transport.close();
    this.#queue.close();
  }

  /** Takes a socket that another worker relays; returns whether there is room. */
  offer(socket: AcceptedSocket): boolean {
    if (!this.#queue.isOpen || this.#queue.size >= MAX_WAITING) return false;
    this.#queue.offer(socket);
    return true;
  }

  /** Accepts sockets while somebody waits for one. */
  async #fill(): Promise<void> {
    if (this.#isFilling) return;
    this.#isFilling = true;
    try {
      while (
        this.#queue.isAwaited && this.#undecided.size < MAX_UNDECIDED
      ) {
        const socket = await this.#options.acceptor.accept();
        this.accepted++;
        if (this.#queue.isOpen) void this.#decide(socket);
        else socket.transport.close();
      }
    } catch (error) {
      this.#queue.fail(error);
    } finally {
      this.#isFilling = false;
    }
  }

  async #decide(socket: AcceptedSocket): Promise<void> {
    const { transport } = socket;
    const { clock, self, relay } = this.#options;
    this.#undecided.add(transport);
    const timer = clock.schedule(HELLO_MS, () => transport.close());
    const first = await readHello(transport);
    timer.cancel();
    try {
      const token = helloToken(first);
      const owner = token === undefined ? undefined : ownerOf(token);
      const isOurs = owner === undefined || owner.index === self.index &&
          owner.incarnation === self.incarnation;
      if (!isOurs && await relay(owner, socket, first)) {
        this.relayed++;
        return;
      }
      // One whose worker is gone learns here that its session is, too.
      if (!this.offer(startingWith(first, socket))) transport.close();
    } catch {
      // Its worker does not respond: the peer comes again.
      transport.close();
    } finally {
      this.#undecided.delete(transport);
      void this.#fill();
    }
  }
}

/** Reads the first bytes of a socket, as many as say which session it is for. */
async function readHello(transport: Transport): Promise<Uint8Array> {
  const buffer = new Uint8Array(1024);
  let length = 0;
  try {
    while (length < HELLO_TOKEN_END) {
      const count = await transport.read(buffer.subarray(length));
      if (count === null) break;
      length += count;
      if (!mayBeHello(buffer.subarray(0, length))) break;
    }
  } catch {
    // Whoever reads on learns of it.
  }
  return buffer.subarray(0, length);
}

/** Returns a socket from which `first` is read before the rest. */
function startingWith(
  first: Uint8Array,
  socket: AcceptedSocket,
): AcceptedSocket {
  const { transport: inner } = socket;
  const readOn = (buffer: Uint8Array): Promise<number | null> =>
    inner.read(buffer);
  const transport = {
    read(buffer: Uint8Array): Promise<number | null> {
      const count = Math.min(first.length, buffer.length);
      buffer.set(first.subarray(0, count));
      first = first.subarray(count);
      if (first.length === 0) transport.read = readOn;
      return count === 0 ? inner.read(buffer) : Promise.resolve(count);
    },
    write: (bytes: Uint8Array) => inner.write(bytes),
    closeWrite: () => inner.closeWrite(),
    close: () => inner.close(),
  };
  return {
    transport,
    remote: socket.remote,
    get peerCertificate() {
      return socket.peerCertificate;
    },
  };
}
