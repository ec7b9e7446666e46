/**
 * The session's end of a socket that another thread has accepted: what an
 * attachment needs of a `WebSocket`, over a message port.
 *
 * @module
 */
import type { ViewerSocket } from "../attach/viewer_socket.ts";
import {
  costOf,
  type FromAcceptor,
  type FromSession,
  GRANT_BYTES,
} from "./socket_messages.ts";

/** Bytes from which on memory is moved to the other thread, not copied. */
const MOVED_BYTES = 16_384;

/** The session's end of a socket. */
export class PortSocket implements ViewerSocket {
  binaryType: BinaryType = "arraybuffer";
  onopen: ((event: Event) => void) | null = null;
  onclose: ((event: CloseEvent) => void) | null = null;
  onerror: ((event: Event) => void) | null = null;
  onmessage: ((event: MessageEvent) => void) | null = null;
  /** Resolves when the socket is closed, or the other thread gone. */
  readonly closed: Promise<void>;
  readonly #port: MessagePort;
  readonly #closed = Promise.withResolvers<void>();
  #readyState: number = WebSocket.CONNECTING;
  /** Bytes that were sent and have not arrived at the other thread. */
  #underway = 0;
  /** Cost of what was heard, and the other thread does not know yet. */
  #ungranted = 0;

  /** @param port One of a pair of ports; the socket closes it. */
  constructor(port: MessagePort) {
    this.#port = port;
    this.closed = this.#closed.promise;
    port.onmessage = ({ data }: MessageEvent<FromAcceptor>) => this.#take(data);
  }

  get readyState(): number {
    return this.#readyState;
  }

  get bufferedAmount(): number {
    return this.#underway;
  }

  send(frame: Uint8Array<ArrayBuffer>): void {
    if (this.#readyState !== WebSocket.OPEN) return;
    this.#underway += frame.length;
    // The memory of a frame may be a part of more, all of which would cross.
    const bytes = frame.slice();
    this.#post(bytes, bytes.length < MOVED_BYTES ? [] : [bytes.buffer]);
  }

  close(code: number, reason: string): void {
    if (this.#readyState >= WebSocket.CLOSING) return;
    this.#readyState = WebSocket.CLOSING;
    this.#post({ code, reason }, []);
  }

  /** Ends it without a word: the other thread is gone. */
  readonly abandon = (): void => {
    if (this.#readyState === WebSocket.CLOSED) return;
    this.#readyState = WebSocket.CLOSED;
    this.#port.close();
    this.#closed.resolve();
    this.onclose?.(new CloseEvent("close"));
  };

  #post(message: FromSession, transfer: Transferable[]): void {
    this.#port.postMessage(message, transfer);
  }

  #take(message: FromAcceptor): void {
    if (typeof message === "number") {
      this.#underway -= message;
      return;
    }
    if (message === "closed") return this.abandon();
    if (message === "open") {
      if (this.#readyState !== WebSocket.CONNECTING) return;
      this.#readyState = WebSocket.OPEN;
      return this.onopen?.(new Event("open"));
    }
    this.#ungranted += costOf(message);
    if (this.#ungranted >= GRANT_BYTES) {
      this.#post(this.#ungranted, []);
      this.#ungranted = 0;
    }
    this.onmessage?.(new MessageEvent("message", { data: message }));
  }
}
