/**
 * A WebSocket as a transport of sessions, on either side. Its messages carry
 * the bytes of the session, and where one ends means nothing.
 *
 * @module
 */
import { nextTurn } from "../actor/internal.ts";
import { ProtocolError, type Transport } from "../session/mod.ts";

/** The most bytes of a message, in both directions. */
export const MAX_MESSAGE_BYTES = 1_048_576;
/**
 * Bytes that may wait in the WebSocket before a write waits: it would take any
 * number, and a ping waits behind all of them.
 */
const MAX_BUFFERED_BYTES = 262_144;
/** Turns of the event loop in which a write looks again, before it uses a timer. */
const TURNS = 4;
/** Milliseconds between two looks at the most. */
const MAX_LOOK_MS = 32;
/** What a message that waits costs beside its bytes. */
const MESSAGE_COST_BYTES = 256;
/** What may wait to be read before the handshake: a HELLO is much shorter. */
const MAX_EARLY_BYTES = 65_536;
/**
 * What may wait to be read after it. The session reads without a pause, so more
 * waits only while others have their turn.
 */
const MAX_WAITING_BYTES = 16_777_216;

/** Close codes of a WebSocket that has ended in order, or without a word. */
const QUIET_CODES: ReadonlySet<number> = new Set([0, 1000, 1001, 1005, 1006]);

/** The part of a WebSocket that carries a session. */
export type SessionSocket = Pick<
  WebSocket,
  | "binaryType"
  | "bufferedAmount"
  | "readyState"
  | "send"
  | "close"
  | "onmessage"
  | "onclose"
  | "onerror"
>;

const OPEN = 1;

interface WaitingRead {
  readonly buffer: Uint8Array;
  readonly resolve: (count: number | null) => void;
  readonly reject: (error: unknown) => void;
}

/** A write that was sent, and waits until there is room for the next. */
interface WaitingWrite {
  readonly count: number;
  readonly resolve: (count: number) => void;
  readonly reject: (error: unknown) => void;
}

/** One end of a WebSocket, as a transport. */
export class WebSocketTransport implements Transport {
  readonly #socket: SessionSocket;
  /** What has arrived and was not read, in order. */
  readonly #chunks: Uint8Array[] = [];
  /** What these cost. */
  #waitingBytes = 0;
  #maxWaitingBytes = MAX_EARLY_BYTES;
  #read: WaitingRead | undefined;
  #write: WaitingWrite | undefined;
  #looks = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Why reads fail. */
  #failure: unknown;
  #hasEnded = false;
  #isOpen = true;

  /** Takes a socket over, whose messages it handles from now on. */
  constructor(socket: SessionSocket) {
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => this.#take(data);
    socket.onclose = ({ code, reason }) => this.#ended(code, reason);
    // It is closed afterwards.
    socket.onerror = (event) => event.preventDefault?.();
  }

  /** The peer is known now, and may be as fast as its credit allows. */
  readonly trust = (): void => {
    this.#maxWaitingBytes = MAX_WAITING_BYTES;
  };

  read(buffer: Uint8Array): Promise<number | null> {
    if (this.#chunks.length > 0) return Promise.resolve(this.#copy(buffer));
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#hasEnded) return Promise.resolve(null);
    return new Promise((resolve, reject) => {
      this.#read = { buffer, resolve, reject };
    });
  }

  /** Takes from the first chunk what there is room for. */
  #copy(buffer: Uint8Array): number {
    const chunk = this.#chunks[0];
    if (chunk === undefined) return 0;
    if (chunk.length <= buffer.length) {
      buffer.set(chunk);
      this.#chunks.shift();
      this.#waitingBytes -= chunk.length + MESSAGE_COST_BYTES;
      return chunk.length;
    }
    buffer.set(chunk.subarray(0, buffer.length));
    this.#chunks[0] = chunk.subarray(buffer.length);
    this.#waitingBytes -= buffer.length;
    return buffer.length;
  }

  write(bytes: Uint8Array): Promise<number> {
    if (!this.#mayWrite()) return Promise.reject(closed());
    const count = this.#send(bytes);
    return new Promise((resolve, reject) => {
      this.#write = { count, resolve, reject };
      this.#looks = 0;
      this.#lookLater();
    });
  }

  /** The other direction ends as well: a WebSocket has no half-close. */
  closeWrite(): Promise<void> {
    this.#close();
    return Promise.resolve();
  }

  // Bound, as it serves as a callback.
  readonly close = (): void => {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#forget();
    this.#hasEnded = true;
    this.#settle();
    this.#close();
  };

  #close(): void {
    const socket = this.#socket;
    // In a turn of its own: if Deno reads a frame in the same turn, it drops
    // the connection, and with it what was sent before.
    if (socket.readyState <= OPEN) nextTurn(() => socket.close());
  }

  #mayWrite(): boolean {
    return this.#isOpen && !this.#hasEnded && this.#socket.readyState === OPEN;
  }

  #send(bytes: Uint8Array): number {
    const part = bytes.length > MAX_MESSAGE_BYTES
      ? bytes.subarray(0, MAX_MESSAGE_BYTES)
      : bytes;
    // The WebSocket makes a copy. The bytes of a session are never shared.
    this.#socket.send(part as Uint8Array<ArrayBuffer>);
    return part.length;
  }

  #lookLater(): void {
    const looks = this.#looks++;
    if (looks < TURNS) return nextTurn(this.#look);
    clearTimeout(this.#timer);
    const delayMs = Math.min(2 ** (looks - TURNS), MAX_LOOK_MS);
    this.#timer = setTimeout(this.#look, delayMs);
  }

  /**
   * Ends the write, if there is room for another by now: nothing reports that.
   * It takes a turn at least, in which what is sent meanwhile is gathered.
   */
  readonly #look = (): void => {
    const write = this.#write;
    if (write === undefined) return;
    if (this.#socket.bufferedAmount >= MAX_BUFFERED_BYTES) {
      return this.#lookLater();
    }
    this.#write = undefined;
    clearTimeout(this.#timer);
    write.resolve(write.count);
  };

  #take(data: unknown): void {
    if (this.#hasEnded || this.#failure !== undefined) return;
    if (!(data instanceof ArrayBuffer)) {
      return this.#fail("The peer sends text, which carries no session");
    }
    const { byteLength } = data;
    if (byteLength > MAX_MESSAGE_BYTES) {
      return this.#fail(
        `The peer sends a message of ${byteLength} bytes, over ${MAX_MESSAGE_BYTES}`,
      );
    }
    if (byteLength === 0) return;
    this.#waitingBytes += byteLength + MESSAGE_COST_BYTES;
    if (this.#waitingBytes > this.#maxWaitingBytes) {
      return this.#fail(
        `The peer sends over ${this.#maxWaitingBytes} bytes before they are read`,
      );
    }
    this.#chunks.push(new Uint8Array(data));
    const read = this.#read;
    if (read !== undefined) {
      this.#read = undefined;
      read.resolve(this.#copy(read.buffer));
    }
    // What arrives shows that the peer reads, too; timers may be slow.
    if (this.#write !== undefined && this.#looks > TURNS) this.#look();
  }

  #fail(text: string): void {
    this.#forget();
    this.#failure = new ProtocolError(text);
    this.#read?.reject(this.#failure);
    this.#read = undefined;
  }

  #ended(code: number, reason: string): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    if (!QUIET_CODES.has(code)) {
      const why = reason === "" ? "" : `: ${reason}`;
      this.#failure ??= new Error(
        `The WebSocket was closed with code ${code}${why}`,
      );
    }
    this.#settle();
  }

  /** Drops what nobody has read. */
  #forget(): void {
    this.#chunks.length = 0;
    this.#waitingBytes = 0;
  }

  /** Ends the calls that wait, as nothing more comes. */
  #settle(): void {
    clearTimeout(this.#timer);
    this.#write?.reject(closed());
    this.#write = undefined;
    const read = this.#read;
    this.#read = undefined;
    if (read === undefined) return;
    if (this.#failure === undefined) read.resolve(null);
    else read.reject(this.#failure);
  }
}

function closed(): Error {
  return new Error("The WebSocket is closed");
}
