/**
 * The output of a session: its frames, in the order in which they leave, and
 * the streams that wait for their turn.
 *
 * @module
 */
import type { Link } from "./socket_port.ts";
import type { StreamOutput } from "./stream_port.ts";
import { ProtocolError } from "./wire/errors.ts";
import { FrameType, HEADER_BYTES, USUAL_FRAME_BYTES } from "./wire/protocol.ts";
import { Scheduler, type Sendable } from "./wire/scheduler.ts";
import { SendBuffer } from "./wire/send_buffer.ts";

/** Encoded bytes that may wait for the socket: what a ping waits behind. */
const MAX_UNSENT_BYTES = 262_144;
/** About the size of a reply to a frame of the peer. */
const REPLY_BYTES = 64;
/** Replies that may wait beside that: a peer that reads none floods. */
const MAX_UNREAD_BYTES = MAX_UNSENT_BYTES + HEADER_BYTES + USUAL_FRAME_BYTES +
  1024 * REPLY_BYTES;
/** What may wait to be acknowledged beside messages: opens, credit, replies. */
const MAX_CONTROL_BYTES = 8_388_608;

const EMPTY = new Uint8Array(0);

/** The sending half of a session. */
export class Output implements StreamOutput {
  /** Frames for the socket. */
  readonly buffer: SendBuffer = new SendBuffer();
  /** The socket that carries the session now. */
  link: Link | undefined;
  maxFrameBytes: number = USUAL_FRAME_BYTES;
  /** Where the last frame ends that the peer must have. */
  #essentialEnd = 0;
  /** Whether the session has ended: no frame is added any more. */
  hasEnded = false;
  /** Resets a stream whose user has spoiled it. */
  readonly abandon: (stream: number, error: unknown) => void;
  readonly #replayBytes: number;
  readonly #scheduler = new Scheduler();
  /** Returns whether room is left for another frame. */
  readonly hasRoom = (): boolean =>
    this.buffer.unsent < MAX_UNSENT_BYTES &&
    this.buffer.unacknowledged < this.#replayBytes;
  /** Upper bound of the bytes of replies that the socket has not taken. */
  #unreadBytes = 0;

  constructor(
    replayBytes: number,
    abandon: (stream: number, error: unknown) => void,
  ) {
    this.#replayBytes = replayBytes;
    this.abandon = abandon;
  }

  /** Whether the peer has everything that matters. */
  get isDelivered(): boolean {
    return this.buffer.acknowledged >= this.#essentialEnd;
  }

  mayBypass(): boolean {
    return this.#scheduler.idle && this.hasRoom();
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
    this.#essentialEnd = this.buffer.end;
    this.link?.wake();
  }

  /** Encodes a control frame, ahead of data that waits for its turn. */
  control(
    type: number,
    stream: number,
    payload: Uint8Array = EMPTY,
    flags = 0,
  ): void {
    if (this.hasEnded) return;
    this.buffer.frame(type, flags, stream, payload);
    if (type !== FrameType.ACK && type !== FrameType.PING) {
      this.#essentialEnd = this.buffer.end;
    }
    this.link?.wake();
  }

  activate(outbox: Sendable): void {
    this.#scheduler.activate(outbox);
    this.pump();
  }

  /** Called when the socket has taken `count` bytes. */
  sent(count: number): void {
    this.buffer.sent(count);
    this.pump();
  }

  /** Gives waiting streams their turns, as far as there is room. */
  pump(): void {
    if (!this.#scheduler.idle) this.#scheduler.run(this.hasRoom);
  }

  /**
   * Counts a reply that the peer makes us send, until it is written.
   *
   * @throws {ProtocolError} when the peer asks for more than it reads.
   */
  countReply(): void {
    const { unsent, unacknowledged } = this.buffer;
    this.#unreadBytes = Math.min(this.#unreadBytes, unsent) + REPLY_BYTES;
    if (this.#unreadBytes > MAX_UNREAD_BYTES) {
      throw new ProtocolError("The peer asks for more replies than it reads");
    }
    if (unacknowledged > this.#replayBytes + MAX_CONTROL_BYTES) {
      throw new ProtocolError("The peer acknowledges nothing of what it reads");
    }
  }
}
