/**
 * A session: the logical connections that two processes share over a socket.
 * Frames go in and out here; everything is synchronous and nothing waits, so
 * a connection that nobody reads holds up no other.
 *
 * @module
 */
import { type Clock, realClock } from "../actor/clock.ts";
import { ProtocolError } from "../wire/errors.ts";
import {
  decodeHello,
  decodeLimit,
  decodeOpen,
  decodeReason,
  encodeHello,
  encodeOpen,
  encodeReason,
  type Open,
} from "../wire/frame.ts";
import type { FrameSink } from "../wire/frame_reader.ts";
import type { OutboxPort } from "../wire/outbox.ts";
import {
  DataFlag,
  ErrorCode,
  FrameType,
  HEADER_BYTES,
  MAX_FRAME_BYTES,
  PONG,
  PREFACE,
  VERSION,
} from "../wire/protocol.ts";
import { Scheduler, type Sendable } from "../wire/scheduler.ts";
import { SendBuffer } from "../wire/send_buffer.ts";
import { ConnectionResetError, SessionLostError } from "./errors.ts";

import type { ResolvedSessionOptions } from "./options.ts";
import { Stream } from "./stream.ts";

/** Encoded bytes that may wait for the socket: what a ping waits behind. */
const MAX_UNSENT_BYTES = 131_072;
/** About what an answer to a frame of the peer takes. */
const ANSWER_BYTES = 64;
/** Answers that may wait beside that: a peer that reads none floods. */
const MAX_UNREAD_BYTES = MAX_UNSENT_BYTES + HEADER_BYTES + MAX_FRAME_BYTES +
  1024 * ANSWER_BYTES;

const EMPTY = new Uint8Array(0);

/** Which side of the socket this is. */
export type Side = "dialler" | "listener";

/** What a session tells its owner. */
export interface SessionEvents {
  /** The handshake is done. */
  readonly onReady: () => void;
  /** The peer has opened a logical connection: accept or refuse it. */
  readonly onOpen: (connection: Stream) => void;
  /** There are bytes in `out` for the socket. */
  readonly onOutput: () => void;
}

/** Both ends' shared state of one session, seen from this end. */
export class Session implements OutboxPort {
  /** Frames for the socket. */
  readonly out: SendBuffer = new SendBuffer();
  /** The source of time. */
  readonly clock: Clock;
  /** Limits of this side. */
  readonly options: ResolvedSessionOptions;
  maxFrameBytes: number = MAX_FRAME_BYTES;
  readonly #side: Side;
  readonly #events: SessionEvents;
  readonly #connections = new Map<number, Stream>();
  readonly #scheduler = new Scheduler();
  readonly #hasRoom = (): boolean => this.out.unsent < MAX_UNSENT_BYTES;
  #ready = false;
  #nextStream: number;
  #lastPeerStream = 0;
  #peerStreams = 0;
  #peerMaxStreams = 0;
  /** Bytes of answers that the socket has not taken, at most. */
  #unreadBytes = 0;
  #error: unknown;

  constructor(
    side: Side,
    options: ResolvedSessionOptions,
    events: SessionEvents,
    clock: Clock = realClock,
  ) {
    this.#side = side;
    this.clock = clock;
    this.options = options;
    this.#events = events;
    this.#nextStream = side === "dialler" ? 1 : 2;
    this.out.raw(PREFACE);
    if (side === "dialler") {
      const sessionId = crypto.getRandomValues(new Uint8Array(16));
      this.#hello(FrameType.HELLO, sessionId);
    }
  }

  /** Whether the handshake is done and the session is whole. */
  get usable(): boolean {
    return this.#ready && this.#error === undefined;
  }

  /**
   * Opens a logical connection; data may be sent at once.
   *
   * @throws {SessionLostError} when the session has ended.
   * @throws {RangeError} for an id or metadata over the limits, or too many.
   */
  open(id: string, metadata: Uint8Array): Stream {
    if (this.#error !== undefined) throw this.#error;
    if (this.#connections.size >= this.#peerMaxStreams) {
      throw new RangeError(
        `Cannot open a connection: the peer allows ${this.#peerMaxStreams} at once`,
      );
    }
    const stream = this.#nextStream;
    const connection = new Stream(this, stream, id, metadata);
    const creditLimit = connection.firstLimit();
    const open = encodeOpen({ creditLimit, id, metadata });
    this.#nextStream += 2;
    this.#connections.set(stream, connection);
    this.control(FrameType.OPEN, stream, open);
    return connection;
  }

  /** Ends a stream on both sides at once. */
  reset(stream: number, code: number, text: string): void {
    this.control(FrameType.RESET, stream, encodeReason({ code, text }));
    this.remove(stream);
  }

  /** Ends this side's direction of a stream without its user. */
  endStream(stream: number): void {
    if (this.#error !== undefined) return;
    this.frame(FrameType.DATA, DataFlag.FIN, stream, EMPTY, 0, 0);
  }

  abandon(stream: number, error: unknown): void {
    const connection = this.#connections.get(stream);
    this.reset(stream, ErrorCode.CANCELLED, "The sender gave up");
    connection?.broken(error);
  }

  /** Forgets a stream that has ended. */
  remove(stream: number): void {
    if (!this.#connections.delete(stream)) return;
    if (this.#isPeers(stream)) this.#peerStreams--;
  }

  /** Ends the session: every connection fails with `cause`. */
  fail(cause: unknown): void {
    if (this.#error !== undefined) return;
    this.#error = cause instanceof SessionLostError
      ? cause
      : new SessionLostError(
        `The session has ended: ${
          cause instanceof Error ? cause.message : cause
        }`,
        { cause },
      );
    const connections = [...this.#connections.values()];
    this.#connections.clear();
    for (const connection of connections) connection.broken(this.#error);
  }

  /** Tells the peer why the session ends; the last frame. */
  goAway(code: number, text: string): void {
    this.control(FrameType.GOAWAY, 0, encodeReason({ code, text }));
  }

  // For the streams.

  mayBypass(): boolean {
    return this.#scheduler.idle && this.#hasRoom();
  }

  frame(
    type: number,
    flags: number,
    stream: number,
    payload: Uint8Array,
    start: number,
    end: number,
  ): void {
    this.out.frame(type, flags, stream, payload, start, end);
    this.#events.onOutput();
  }

  /** Encodes a control frame, ahead of data that waits for its turn. */
  control(
    type: number,
    stream: number,
    payload: Uint8Array = EMPTY,
    flags = 0,
  ): void {
    if (this.#error !== undefined) return;
    this.out.frame(type, flags, stream, payload);
    this.#events.onOutput();
  }

  activate(outbox: Sendable): void {
    this.#scheduler.activate(outbox);
    this.pump();
  }

  /** Lets waiting streams have their turn, as far as there is room. */
  pump(): void {
    if (!this.#scheduler.idle) this.#scheduler.run(this.#hasRoom);
  }

  // From the socket.

  /** Takes frames from the reader; see {@linkcode FrameSink}. */
  readonly sink: FrameSink = {
    frame: (type, flags, stream, bytes, start, end) => {
      if (type === FrameType.DATA) {
        const connection = this.#connections.get(stream);
        if (connection !== undefined) {
          connection.data(flags, bytes, start, end);
        } else this.#checkKnown(stream);
        return;
      }
      this.#control(type, flags, stream, bytes.subarray(start, end));
    },
  };

  #control(
    type: number,
    flags: number,
    stream: number,
    payload: Uint8Array,
  ): void {
    if (!this.#ready) return this.#handshake(type, payload);
    switch (type) {
      case FrameType.OPEN:
        this.#countAnswer();
        return this.#opened(stream, decodeOpen(payload));
      case FrameType.ACCEPT:
      case FrameType.WINDOW:
        return this.#known(stream)?.raise(decodeLimit(payload));
      case FrameType.RESET: {
        const { code, text } = decodeReason(payload);
        const connection = this.#known(stream);
        this.remove(stream);
        return connection?.broken(
          new ConnectionResetError(
            `The peer has reset the connection (code ${code}): ${
              text || "no reason given"
            }`,
            code,
          ),
        );
      }
      case FrameType.STOP:
        this.#countAnswer();
        return this.#known(stream)?.stopped(decodeReason(payload));
      case FrameType.PING:
        this.#countAnswer();
        return this.#ping(flags, payload);
      case FrameType.GOAWAY: {
        const { code, text } = decodeReason(payload);
        throw new SessionLostError(
          `The peer has ended the session (code ${code}): ${
            text || "no reason given"
          }`,
          { code },
        );
      }
      default:
        throw new ProtocolError(`The peer sends a frame of type ${type}`);
    }
  }

  #handshake(type: number, payload: Uint8Array): void {
    const expected = this.#side === "dialler"
      ? FrameType.WELCOME
      : FrameType.HELLO;
    if (type === FrameType.GOAWAY) {
      const { code, text } = decodeReason(payload);
      throw new SessionLostError(`The peer refuses the session: ${text}`, {
        code,
      });
    }
    if (type !== expected) {
      throw new ProtocolError(
        `The peer sends a frame of type ${type} before the handshake`,
      );
    }
    const hello = decodeHello(payload);
    this.maxFrameBytes = Math.min(hello.maxFrameBytes, MAX_FRAME_BYTES);
    this.#peerMaxStreams = hello.maxStreams;
    if (this.#side === "listener") {
      this.#hello(FrameType.WELCOME, hello.sessionId);
    }
    this.#ready = true;
    this.#events.onReady();
  }

  #hello(type: number, sessionId: Uint8Array): void {
    const payload = encodeHello({
      minVersion: VERSION,
      maxVersion: VERSION,
      maxFrameBytes: MAX_FRAME_BYTES,
      maxStreams: this.options.maxStreams,
      sessionId,
    });
    this.control(type, 0, payload);
  }

  #opened(stream: number, open: Open): void {
    if (!this.#isPeers(stream) || stream <= this.#lastPeerStream) {
      throw new ProtocolError(`The peer opens stream ${stream} out of order`);
    }
    this.#lastPeerStream = stream;
    if (this.#peerStreams >= this.options.maxStreams) {
      const text = `${this.options.maxStreams} connections are open already`;
      return this.reset(stream, ErrorCode.REFUSED, text);
    }
    const connection = new Stream(
      this,
      stream,
      open.id,
      open.metadata,
    );
    connection.raise(open.creditLimit);
    this.#peerStreams++;
    this.#connections.set(stream, connection);
    this.#events.onOpen(connection);
  }

  #ping(flags: number, payload: Uint8Array): void {
    if ((flags & PONG) !== 0) return;
    if (payload.length !== 8) {
      throw new ProtocolError(
        `The peer sends a ping of ${payload.length} bytes, not 8`,
      );
    }
    this.control(FrameType.PING, 0, payload, PONG);
  }

  /** Counts what the peer makes us say: what was written counts no more. */
  #countAnswer(): void {
    this.#unreadBytes = Math.min(this.#unreadBytes, this.out.unsent) +
      ANSWER_BYTES;
    if (this.#unreadBytes > MAX_UNREAD_BYTES) {
      throw new ProtocolError("The peer asks for more answers than it reads");
    }
  }

  #known(stream: number): Stream | undefined {
    const connection = this.#connections.get(stream);
    if (connection === undefined) this.#checkKnown(stream);
    return connection;
  }

  /** Late frames of a stream that has ended are normal; others are not. */
  #checkKnown(stream: number): void {
    const begun = this.#isPeers(stream)
      ? stream <= this.#lastPeerStream
      : stream < this.#nextStream;
    if (stream === 0 || !begun) {
      throw new ProtocolError(
        `The peer sends a frame for stream ${stream}, which was never opened`,
      );
    }
  }

  #isPeers(stream: number): boolean {
    return stream !== 0 && stream % 2 === (this.#side === "dialler" ? 0 : 1);
  }
}
