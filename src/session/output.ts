/**
 * What a session has to say: its frames, in the order in which they leave, and
 * the streams that wait for their turn.
 *
 * @module
 */
import type { Link } from "./socket_port.ts";
import type { StreamOutput } from "./stream_port.ts";
import { ProtocolError } from "./wire/errors.ts";
import { FrameType, HEADER_BYTES, MAX_FRAME_BYTES } from "./wire/protocol.ts";
import { Scheduler, type Sendable } from "./wire/scheduler.ts";
import { SendBuffer } from "./wire/send_buffer.ts";

/** Encoded bytes that may wait for the socket: what a ping waits behind. */
const MAX_UNSENT_BYTES = 262_144;
/** About what an answer to a frame of the peer takes. */
const ANSWER_BYTES = 64;
/** Answers that may wait beside that: a peer that reads none floods. */
const MAX_UNREAD_BYTES = MAX_UNSENT_BYTES + HEADER_BYTES + MAX_FRAME_BYTES +
  1024 * ANSWER_BYTES;
/** What may wait to be acknowledged beside messages: opens, credit, answers. */
const MAX_CONTROL_BYTES = 8_388_608;

const EMPTY = new Uint8Array(0);

/** The sending half of a session. */
export class Output implements StreamOutput {
  /** Frames for the socket. */
  readonly buffer: SendBuffer = new SendBuffer();
  /** The socket that carries the session now. */
  link: Link | undefined;
  maxFrameBytes: number = MAX_FRAME_BYTES;
  /** Where the frames end of which the peer is to know. */
  #owed = 0;
  /** Whether the session has ended: nothing more is said. */
  ended = false;
  /** Resets a stream whose user has spoiled it; the session's. */
  readonly abandon: (stream: number, error: unknown) => void;
  readonly #replayBytes: number;
  readonly #scheduler = new Scheduler();
  readonly #hasRoom = (): boolean =>
    this.buffer.unsent < MAX_UNSENT_BYTES &&
    this.buffer.unacknowledged < this.#replayBytes;
  /** Bytes of answers that the socket has not taken, at most. */
  #unreadBytes = 0;

  constructor(
    replayBytes: number,
    abandon: (stream: number, error: unknown) => void,
  ) {
    this.#replayBytes = replayBytes;
    this.abandon = abandon;
  }

  /** Whether the peer has everything that matters. */
  get delivered(): boolean {
    return this.buffer.acknowledged >= this.#owed;
  }

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
    this.buffer.frame(type, flags, stream, payload, start, end);
    this.#owed = this.buffer.end;
    this.link?.wake();
  }

  /** Encodes a control frame, ahead of data that waits for its turn. */
  control(
    type: number,
    stream: number,
    payload: Uint8Array = EMPTY,
    flags = 0,
  ): void {
    if (this.ended) return;
    this.buffer.frame(type, flags, stream, payload);
    if (type !== FrameType.ACK && type !== FrameType.PING) {
      this.#owed = this.buffer.end;
    }
    this.link?.wake();
  }

  activate(outbox: Sendable): void {
    this.#scheduler.activate(outbox);
    this.pump();
  }

  /** The socket has taken `count` bytes. */
  sent(count: number): void {
    this.buffer.sent(count);
    this.pump();
  }

  /** Lets waiting streams have their turn, as far as there is room. */
  pump(): void {
    if (!this.#scheduler.idle) this.#scheduler.run(this.#hasRoom);
  }

  /**
   * Counts what the peer makes us say: what was written counts no more.
   *
   * @throws {ProtocolError} when it asks for more than it reads.
   */
  countAnswer(): void {
    const { unsent, unacknowledged } = this.buffer;
    this.#unreadBytes = Math.min(this.#unreadBytes, unsent) + ANSWER_BYTES;
    if (this.#unreadBytes > MAX_UNREAD_BYTES) {
      throw new ProtocolError("The peer asks for more answers than it reads");
    }
    if (unacknowledged > this.#replayBytes + MAX_CONTROL_BYTES) {
      throw new ProtocolError("The peer acknowledges nothing of what it reads");
    }
  }
}
