/**
 * Sessions between workers and the main thread: a network whose sockets are
 * pairs of message ports, one of which a worker sends when it connects.
 *
 * @module
 */
import {
  type AcceptedSocket,
  type Acceptor,
  AcceptQueue,
} from "../session/internal.ts";
import type { Address, Network, Transport } from "../session/mod.ts";
import { PortTransport } from "./port_transport.ts";

/** Where the main thread is, for those who need an address. */
export const MAIN_THREAD: Required<Address> = {
  hostname: "main-thread",
  port: 1,
};

const CLOSED = "The main thread takes no sessions";

/** The main thread's end: takes the ports of workers. */
export class WorkerPorts implements Network, Acceptor {
  readonly address: Required<Address> = MAIN_THREAD;
  readonly #queue = new AcceptQueue(CLOSED);
  /** The transports of each worker. */
  readonly #open = new Map<number, Set<PortTransport>>();

  listen(): Acceptor {
    return this;
  }

  connect(): Promise<Transport> {
    return Promise.reject(new TypeError("The main thread dials no worker"));
  }

  /** Takes a port that a worker has sent. */
  take(port: MessagePort, worker: number): void {
    const transport = new PortTransport(port);
    if (!this.#queue.isOpen) return transport.close();
    const open = this.#open.get(worker) ?? new Set();
    this.#open.set(worker, open.add(transport));
    void transport.closed.then(() => open.delete(transport));
    const remote = { hostname: `core-${worker}`, port: 1 };
    this.#queue.offer({ transport, remote });
  }

  /** Ends all transports of a worker that is gone: its ports do not say so. */
  onGone(worker: number): void {
    for (const transport of this.#open.get(worker) ?? []) transport.abandon();
  }

  accept(): Promise<AcceptedSocket> {
    return this.#queue.accept();
  }

  close(): void {
    this.#queue.close();
  }
}

/** A worker's end: sends the main thread a port for each socket. */
export class MainThreadDialler implements Network {
  readonly #send: (port: MessagePort) => boolean;

  /** @param send Sends a port to the main thread; returns whether it could. */
  constructor(send: (port: MessagePort) => boolean) {
    this.#send = send;
  }

  listen(): Acceptor {
    throw new TypeError("A worker takes no sockets of the main thread");
  }

  connect(): Promise<Transport> {
    const { port1, port2 } = new MessageChannel();
    const transport = new PortTransport(port1);
    if (this.#send(port2)) return Promise.resolve(transport);
    transport.abandon();
    return Promise.reject(new Deno.errors.BadResource(CLOSED));
  }
}
