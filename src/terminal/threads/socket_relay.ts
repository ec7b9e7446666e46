/**
 * The acceptor's end of a socket whose session lives in another thread: it
 * passes messages on, both ways, and keeps each direction bounded.
 *
 * A `WebSocket` cannot be read more slowly, so a viewer that sends faster than
 * the session's thread takes it is disconnected; an honest one sends no more
 * than its window.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import type { AttachmentError } from "../attach/attachment_events.ts";
import { refuse } from "../attach/close_socket.ts";
import {
  ErrorCode,
  INPUT_WINDOW_BYTES,
  MAX_INPUT_BYTES,
} from "../attach/protocol.ts";
import type { TerminalCounters } from "../metrics.ts";
import {
  costOf,
  type FromAcceptor,
  type FromSession,
  GRANT_BYTES,
} from "./socket_messages.ts";

/** Cost of the messages that may be on their way to the session. */
const MAX_UNHEARD = 4 * INPUT_WINDOW_BYTES;
/** A longer message is an error, so no more of it needs to cross. */
const MAX_MESSAGE_BYTES = MAX_INPUT_BYTES + 64;

const TOO_SLOW: AttachmentError = {
  type: "error",
  code: ErrorCode.LIMIT,
  text: "The viewer reads too slowly",
};
const TOO_FAST: AttachmentError = {
  type: "error",
  code: ErrorCode.LIMIT,
  text: "The viewer sends faster than the session takes it",
};

/** What {@linkcode SocketRelay} is made of. */
export interface SocketRelayOptions {
  readonly socket: WebSocket;
  /** One of a pair of ports; the relay closes it. */
  readonly port: MessagePort;
  /** Messages that have arrived already. */
  readonly early: readonly unknown[];
  /** Most bytes that may wait in the socket. */
  readonly maxBufferedBytes: number;
  readonly counters: TerminalCounters;
}

/** The acceptor's end of a socket. */
export class SocketRelay {
  /** Resolves when the socket is closed, or does not belong here any more. */
  readonly over: Promise<void>;
  /** Resolves when the viewer is disconnected. */
  readonly disconnected: Promise<void>;
  readonly #options: SocketRelayOptions;
  readonly #over = Promise.withResolvers<void>();
  readonly #disconnected = Promise.withResolvers<void>();
  #isOver = false;
  /** Whether the session has closed the socket. */
  #isClosing = false;
  /** Cost of the messages that the session has not heard yet. */
  #unheard = 0;
  /** Bytes of frames that have arrived, and the session does not know. */
  #ungranted = 0;

  constructor(options: SocketRelayOptions) {
    this.#options = options;
    this.over = this.#over.promise;
    this.disconnected = this.#disconnected.promise;
    const { socket, port, early } = options;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.#post("open");
    socket.onmessage = ({ data }) => this.#pass(data);
    socket.onclose = () => {
      this.#disconnected.resolve();
      this.#end();
    };
    // A close event follows, and reports no less.
    socket.onerror = () => {};
    port.onmessage = ({ data }: MessageEvent<FromSession>) => this.#take(data);
    if (socket.readyState === WebSocket.OPEN) this.#post("open");
    for (const data of early) this.#pass(data);
    if (socket.readyState !== WebSocket.CLOSED) return;
    this.#disconnected.resolve();
    this.#end();
  }

  /** Closes the socket with an error, and lets go of the session. */
  close(error: AttachmentError): void {
    if (this.#isOver) return;
    this.#end();
    if (!this.#isClosing) refuse(this.#options.socket, error);
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const { port } = this.#options;
    this.#post("closed");
    port.close();
    this.#over.resolve();
  }

  #post(message: FromAcceptor): void {
    this.#options.port.postMessage(message);
  }

  /** Passes a message of the viewer on. */
  #pass(data: unknown): void {
    if (this.#isOver || this.#isClosing) return;
    const message = data instanceof ArrayBuffer ? bounded(data) : "";
    this.#unheard += costOf(message);
    if (this.#unheard > MAX_UNHEARD) {
      this.#options.counters.overflows++;
      return this.close(TOO_FAST);
    }
    this.#post(message);
  }

  #take(message: FromSession): void {
    if (this.#isOver) return;
    if (typeof message === "number") {
      this.#unheard -= message;
      return;
    }
    const { socket, maxBufferedBytes, counters } = this.#options;
    if (!(message instanceof Uint8Array)) {
      this.#isClosing = true;
      const { code, reason } = message;
      // In a turn of its own, as `closeSocket` does.
      setImmediate(() => socket.close(code, reason));
      return;
    }
    if (socket.readyState !== WebSocket.OPEN) return;
    if (socket.bufferedAmount > maxBufferedBytes) {
      counters.overflows++;
      return this.close(TOO_SLOW);
    }
    socket.send(message);
    this.#ungranted += message.length;
    if (this.#ungranted < GRANT_BYTES) return;
    this.#post(this.#ungranted);
    this.#ungranted = 0;
  }
}

function bounded(data: ArrayBuffer): ArrayBuffer {
  return data.byteLength <= MAX_MESSAGE_BYTES
    ? data
    : data.slice(0, MAX_MESSAGE_BYTES);
}
