/**
 * Sockets that wait to be accepted, or the accept that waits for one.
 *
 * @module
 */
import type { AcceptedSocket } from "./accepted_socket.ts";

/** Hands the sockets of an acceptor on, one for each accept. */
export class AcceptQueue {
  readonly #closedText: string;
  readonly #waiting: AcceptedSocket[] = [];
  #accepting: PromiseWithResolvers<AcceptedSocket> | undefined;
  #isOpen = true;

  /** Starts empty; the text is what accepts fail with after the end. */
  constructor(closedText = "The listener is closed") {
    this.#closedText = closedText;
  }

  /** Whether sockets may still be offered. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Whether an accept waits for a socket. */
  get isAwaited(): boolean {
    return this.#accepting !== undefined;
  }

  /** Number of sockets that nobody has accepted yet. */
  get size(): number {
    return this.#waiting.length;
  }

  /** Hands a socket on, or keeps it until it is; closes it after the end. */
  offer(socket: AcceptedSocket): void {
    if (!this.#isOpen) return socket.transport.close();
    const accepting = this.#accepting;
    this.#accepting = undefined;
    if (accepting === undefined) this.#waiting.push(socket);
    else accepting.resolve(socket);
  }

  /** Returns the next socket; rejects with `BadResource` after the end. */
  accept(): Promise<AcceptedSocket> {
    if (!this.#isOpen) return Promise.reject(this.#closedError());
    const socket = this.#waiting.shift();
    if (socket !== undefined) return Promise.resolve(socket);
    return (this.#accepting ??= Promise.withResolvers()).promise;
  }

  /** Rejects the accept that waits, if there is one. */
  fail(error: unknown): void {
    this.#accepting?.reject(error);
    this.#accepting = undefined;
  }

  /** Ends the queue, and closes the sockets in it. */
  close(): void {
    this.#isOpen = false;
    for (const { transport } of this.#waiting.splice(0)) transport.close();
    this.fail(this.#closedError());
  }

  #closedError(): Error {
    return new Deno.errors.BadResource(this.#closedText);
  }
}
