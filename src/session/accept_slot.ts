/**
 * Where an accepted socket waits until somebody takes it. An accept cannot be
 * cancelled, and messages can be lost with the actor that they are sent to; so
 * neither the accept nor its socket belongs to the life of an actor.
 *
 * @module
 */
import type { AcceptedSocket } from "./accepted_socket.ts";
import type { Acceptor } from "./acceptor.ts";

/** Room for one accepted socket. It is owned by the listener. */
export class AcceptSlot {
  readonly #acceptor: Acceptor;
  #filling: Promise<void> | undefined;
  #socket: AcceptedSocket | undefined;
  #closed = false;

  /** Creates an empty slot for the sockets of `acceptor`. */
  constructor(acceptor: Acceptor) {
    this.#acceptor = acceptor;
  }

  /**
   * Resolves when a socket waits here. Whoever calls it while an accept is
   * pending shares that accept, and its failure.
   */
  fill(): Promise<void> {
    if (this.#socket !== undefined) return Promise.resolve();
    return this.#filling ??= this.#accept();
  }

  async #accept(): Promise<void> {
    try {
      const socket = await this.#acceptor.accept();
      if (this.#closed) socket.transport.close();
      else this.#socket = socket;
    } finally {
      this.#filling = undefined;
    }
  }

  /** Gives the socket that waits, if any, to `adopt`; closes it if that throws. */
  handOver(adopt: (socket: AcceptedSocket) => void): void {
    const socket = this.#socket;
    if (socket === undefined) return;
    this.#socket = undefined;
    try {
      adopt(socket);
    } catch (error) {
      socket.transport.close();
      throw error;
    }
  }

  /**
   * Closes the acceptor, and the socket that nobody took. Resolves when no
   * accept is pending: until then the system keeps the port. Safe to call
   * twice.
   */
  async close(): Promise<void> {
    this.#closed = true;
    this.#acceptor.close();
    this.#socket?.transport.close();
    this.#socket = undefined;
    await this.#filling?.catch(() => {});
  }
}
