/**
 * The sockets that one worker has accepted and another serves: both ends, in
 * whichever of the two this is. A message port does not always say that the
 * thread at its other end is gone, so the main thread does.
 *
 * @module
 */
import type { AcceptedSocket } from "../session/internal.ts";
import type { Address, PeerCertificate, Transport } from "../session/mod.ts";
import type { Channel } from "./channel.ts";
import { RELAY, type RelayRequest } from "./core_calls.ts";
import { PortTransport } from "./port_transport.ts";
import { isSameWorker, type WorkerName } from "./worker_name.ts";

/** Bytes of a read of a socket that is relayed. */
const CHUNK_BYTES = 65_536;

/** A socket that another worker has accepted, as its listener gets it. */
export interface RelayedSocket {
  readonly remote: Required<Address>;
  readonly peerCertificate?: PeerCertificate | undefined;
}

/** The relays of one worker. */
export class Relays {
  readonly #channel: Channel;
  /** The transports to and from other workers that are open. */
  readonly #open = new Map<PortTransport, WorkerName>();

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  /**
   * Relays a socket to the worker that keeps its session. Resolves to whether
   * there is such a worker, and the relay then goes on until either side ends.
   *
   * @param first What was read of the socket already.
   * @throws what the ask of the main thread rejects with, if the worker does not
   * respond.
   */
  async relay(
    to: WorkerName,
    listener: string,
    { transport, remote, peerCertificate }: AcceptedSocket,
    first: Uint8Array,
  ): Promise<boolean> {
    const { port1, port2 } = new MessageChannel();
    const through = this.#keep(port1, to);
    const request: RelayRequest = {
      to,
      listener,
      remote,
      peerCertificate,
      port: port2,
    };
    try {
      const outcome = await this.#channel.ask(RELAY, request, {
        transfer: [port2],
      });
      if (outcome === "gone") {
        through.abandon();
        return false;
      }
    } catch (error) {
      through.abandon();
      throw error;
    }
    void pump(transport, through, first);
    return true;
  }

  /** Returns the socket that another worker relays to this one. */
  accept(
    { port, remote, peerCertificate }: Omit<RelayRequest, "to" | "listener">,
    from: WorkerName,
  ): AcceptedSocket {
    return { transport: this.#keep(port, from), remote, peerCertificate };
  }

  /** Ends all relays to and from a worker that is gone. */
  onGone(worker: WorkerName): void {
    for (const [transport, peer] of this.#open) {
      if (isSameWorker(peer, worker)) transport.abandon();
    }
  }

  #keep(port: MessagePort, peer: WorkerName): PortTransport {
    const transport = new PortTransport(port);
    this.#open.set(transport, peer);
    void transport.closed.then(() => this.#open.delete(transport));
    return transport;
  }
}

/** Moves bytes both ways until one side ends, and closes both. */
async function pump(
  socket: Transport,
  through: PortTransport,
  first: Uint8Array,
): Promise<void> {
  // A worker that is gone leaves a socket that waits for nothing.
  void through.closed.then(() => socket.close());
  try {
    await writeAll(through, first);
    await Promise.all([copy(socket, through), copy(through, socket)]);
  } catch {
    // Whichever side is broken, the other learns of it by its end.
  }
  through.close();
  socket.close();
}

async function copy(from: Transport, to: Transport): Promise<void> {
  const buffer = new Uint8Array(CHUNK_BYTES);
  while (true) {
    const count = await from.read(buffer);
    if (count === null) return await to.closeWrite();
    await writeAll(to, buffer.subarray(0, count));
  }
}

async function writeAll(to: Transport, bytes: Uint8Array): Promise<void> {
  while (bytes.length > 0) bytes = bytes.subarray(await to.write(bytes));
}
