/**
 * The output of a session: its frames, in the order in which they leave, and
 * the streams that wait for their turn.
 *
 * @module
 */
import type { ResolvedSessionOptions } from "./options.ts";
import type { Link } from "./socket_port.ts";
import type { Clock } from "../actor/mod.ts";
import type { StreamOutput } from "./stream_port.ts";
import { ProtocolError } from "./wire/errors.ts";
import { LinkSpeed } from "./wire/link_speed.ts";
import type { Loan } from "./wire/loan.ts";
import {
  FrameType,
  HEADER_BYTES,
  MAX_FRAME_BYTES,
  USUAL_FRAME_BYTES,
} from "./wire/protocol.ts";
import { Scheduler, type Sendable } from "./wire/scheduler.ts";
import { SendBuffer } from "./wire/send_buffer.ts";

/** Encoded bytes that may wait for the socket: what a ping waits behind. */
const MAX_UNSENT_BYTES = 262_144;
/**
 * Payload bytes of a frame from which on it is written from where it lies: a
 * write of its own costs what it costs to copy as much.
 */
const LEAST_LENT_BYTES = 262_144;
/** Bytes of an ACK, which goes along with a large frame. */
const ALONG_BYTES = HEADER_BYTES + 8;
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
  readonly buffer: SendBuffer;
  /** The socket that carries the session now. */
  link: Link | undefined;
  /** Sockets that have carried the session so far. */
  sockets = 0;
  maxFrameBytes: number = USUAL_FRAME_BYTES;
  /** Payload bytes of the largest frame that the peer accepts. */
  #acceptedBytes = USUAL_FRAME_BYTES;
  readonly #speed = new LinkSpeed();
  readonly #clock: Clock;
  /** Where the last frame ends that the peer must have. */
  #essentialEnd = 0;
  /** Whether the session has ended: no frame is added any more. */
  hasEnded = false;
  /** Resets a stream whose user has spoiled it. */
  readonly abandon: (stream: number, error: unknown) => void;
  /** Called before a large frame. */
  readonly #beforeLarge: () => void;
  readonly #replayBytes: number;
  readonly #scheduler = new Scheduler();
  /** Returns whether room is left for another frame. */
  readonly hasRoom = (): boolean =>
    this.buffer.unsent < MAX_UNSENT_BYTES &&
    this.buffer.kept < this.#replayBytes;
  /** Upper bound of the bytes of replies that the socket has not taken. */
  #unreadBytes = 0;

  constructor(
    { replayBytes, resumeMs }: Pick<
      ResolvedSessionOptions,
      "replayBytes" | "resumeMs"
    >,
    clock: Clock,
    abandon: (stream: number, error: unknown) => void,
    beforeLarge: () => void,
  ) {
    // Without a second socket nothing is ever repeated.
    this.buffer = new SendBuffer(resumeMs > 0);
    this.#replayBytes = replayBytes;
    this.#clock = clock;
    this.abandon = abandon;
    this.#beforeLarge = beforeLarge;
  }

  /** Whether the peer has everything that matters. */
  get isDelivered(): boolean {
    return this.buffer.acknowledged >= this.#essentialEnd;
  }

  /** Sets the payload bytes of the largest frame that the peer accepts. */
  accept(maxFrameBytes: number): void {
    this.#acceptedBytes = Math.min(maxFrameBytes, MAX_FRAME_BYTES);
    this.maxFrameBytes = Math.min(maxFrameBytes, USUAL_FRAME_BYTES);
  }

  mayBypass(): boolean {
    return this.#scheduler.idle && this.hasRoom();
  }

  mostAlone(isLent: boolean): number {
    const { unsent, unacknowledged } = this.buffer;
    // A larger copy leaves the caches before it is written, which slows a stream
    // down. But a message that the peer waits for wakes its reader once.
    if (!isLent && unacknowledged >= USUAL_FRAME_BYTES) {
      return this.maxFrameBytes;
    }
    const most = Math.min(this.#acceptedBytes, this.#speed.frameBytes);
    const room = Math.max(most, MAX_UNSENT_BYTES) - unsent;
    return Math.max(this.maxFrameBytes, Math.min(most, room));
  }

  frame(
    type: number,
    flags: number,
    stream: number,
    payload: Uint8Array,
    start: number,
    end: number,
    loan?: Loan,
  ): void {
    const { buffer } = this;
    const length = end - start;
    if (length >= USUAL_FRAME_BYTES) this.#measureSpeed();
    const isLent = loan !== undefined && length >= LEAST_LENT_BYTES;
    if (length > USUAL_FRAME_BYTES) {
      // Behind a large frame it would come too late: that lets the peer go on.
      // It leaves in one write with the frame, or with the header of a lent one.
      if (!isLent) buffer.reserve(ALONG_BYTES + HEADER_BYTES + length);
      this.#beforeLarge();
    }
    if (isLent) {
      const part = payload.subarray(start, end);
      buffer.lend(type, flags, stream, part, loan);
    } else buffer.frame(type, flags, stream, payload, start, end);
    this.#essentialEnd = buffer.end;
    this.link?.wake();
  }

  #measureSpeed(): void {
    const { end, unacknowledged } = this.buffer;
    if (unacknowledged < USUAL_FRAME_BYTES) {
      this.#speed.begin(end, this.#clock.now());
    }
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

  /** Takes an acknowledgement; returns false if it says nothing new. */
  acknowledge(place: number): boolean {
    if (!this.buffer.acknowledge(place)) return false;
    this.#speed.arrived(place, this.#clock.now());
    this.pump();
    return true;
  }

  /** Goes on over another socket, to a peer that has got to `place`. */
  attach(link: Link, place: number): void {
    this.buffer.rewind(place);
    this.#speed.reset(place, this.#clock.now());
    this.link = link;
    this.sockets++;
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
    const { unsent, kept } = this.buffer;
    this.#unreadBytes = Math.min(this.#unreadBytes, unsent) + REPLY_BYTES;
    if (this.#unreadBytes > MAX_UNREAD_BYTES) {
      throw new ProtocolError("The peer asks for more replies than it reads");
    }
    if (kept > this.#replayBytes + MAX_CONTROL_BYTES) {
      throw new ProtocolError("The peer acknowledges nothing of what it reads");
    }
  }
}
