/**
 * A session: the logical connections that two processes share, over one socket
 * after another. Frames come in and go out here; everything is synchronous and
 * nothing waits, so a connection that nobody reads holds up no other.
 *
 * Each of its neighbours sees a part of it: the socket a `SocketPort`, the
 * streams a `StreamPort`; and of its owner it knows a `SessionPort`.
 *
 * @module
 */
import { SessionLostError } from "./errors.ts";
import { asSessionLost } from "./failures.ts";
import type { OpenOptions } from "./logical_connection.ts";
import type { Address, ResolvedSessionOptions } from "./options.ts";
import { Output } from "./output.ts";
import { checkPing, PingTimer } from "./ping_timer.ts";
import { Acknowledger } from "./acknowledger.ts";
import type { SessionInit, SessionPort } from "./session_port.ts";
import { SessionStreams } from "./session_streams.ts";
import type { Link, SocketPort } from "./socket_port.ts";
import type { Stream } from "./stream.ts";
import type { StreamsView, StreamTable } from "./stream_table.ts";
import { ProtocolError } from "./wire/errors.ts";
import type { PayloadTarget } from "./wire/frame_reader.ts";
import { FloodGuard } from "./wire/flood_guard.ts";
import {
  decodeGoAway,
  decodeOpen,
  decodeReason,
  decodeUint64,
  encodeGoAway,
  encodeUint64,
  type GoAway,
  type Hello,
  type Open,
} from "./wire/frame.ts";
import {
  ErrorCode,
  FrameType,
  HEADER_BYTES,
  MAX_STREAM,
  PONG,
} from "./wire/protocol.ts";

const EMPTY = new Uint8Array(0);

/** Both ends' shared state of one session, seen from this end. */
export class Session implements SocketPort {
  /** Where the other side is, or was when the session started. */
  readonly remote: Required<Address>;
  /** Who the other side is, if it said so and was believed. */
  readonly identity: string | undefined;
  readonly options: ResolvedSessionOptions;
  readonly #port: SessionPort;
  readonly #out: Output;
  readonly #acknowledger: Acknowledger;
  /** What its streams share. */
  readonly parts: SessionStreams;
  readonly #table: StreamTable;
  readonly #flood: FloodGuard;
  readonly #ping: PingTimer;
  /** Streams of the peer above this are refused, as a GOAWAY has said. */
  #lastWanted = MAX_STREAM;
  #error: unknown;
  /** The stream whose data is arriving. */
  #arriving: Stream | undefined;
  /** The stream of which a large frame is arriving. */
  #large: Stream | undefined;

  constructor(init: SessionInit) {
    const { clock, options } = init;
    this.remote = init.remote;
    this.identity = init.identity;
    this.options = options;
    this.#port = init.port;
    this.#out = new Output(
      options,
      clock,
      (stream, error) => this.parts.abandon(stream, error),
      () => this.#acknowledger.piggybackAck(),
    );
    this.#acknowledger = new Acknowledger(clock, (place) => {
      if (this.#out.link === undefined) return;
      this.#out.control(FrameType.ACK, 0, encodeUint64(place));
    });
    this.#flood = new FloodGuard(() => clock.now());
    this.#ping = new PingTimer(clock);
    this.parts = new SessionStreams(init, this.#out, this.#ping);
    this.#table = this.parts.table;
  }

  // For its owner.

  /** Whether its connections have ended, and no other can be opened. */
  get hasEnded(): boolean {
    return this.#error !== undefined;
  }

  /** Whether nothing is under way, as far as this side knows. */
  get isIdle(): boolean {
    return this.#table.size === 0 && this.isDelivered;
  }

  /** Whether the peer has everything that matters. */
  get isDelivered(): boolean {
    return this.#out.isDelivered;
  }

  /** The streams that have not ended. */
  get streams(): StreamsView {
    return this.#table;
  }

  /** The socket that carries the session now. */
  get link(): Link | undefined {
    return this.#out.link;
  }

  /**
   * Opens a logical connection; data may be sent at once.
   *
   * @throws {SessionLostError} when the session has ended.
   * @throws {RangeError} for an id or metadata over the limits, or too many.
   */
  open(options: OpenOptions): Stream {
    if (this.#error !== undefined) throw this.#error;
    return this.parts.open(options);
  }

  /** Takes a socket off the session: nothing comes or goes over it any more. */
  detach(link: Link): void {
    if (this.#out.link === link) this.#out.link = undefined;
  }

  /** Sends a GOAWAY: the session ends, or takes no new connections. */
  goAway(code: number, text: string, retryAfterMs = 0): void {
    const lastStream = this.#table.lastPeers;
    if (code === ErrorCode.GOING_AWAY) this.#lastWanted = lastStream;
    const goAway = encodeGoAway({ code, text, lastStream, retryAfterMs });
    this.#out.control(FrameType.GOAWAY, 0, goAway);
  }

  /** Ends the session: every connection fails with `cause`. */
  fail(cause: unknown): void {
    if (this.#error !== undefined) return;
    this.#error = asSessionLost(cause);
    this.#out.hasEnded = true;
    this.#acknowledger.end();
    this.parts.fail(this.#error);
    this.#out.buffer.returnLoans();
  }

  // For the handshake.

  /** Whether it is over for good: its owner waits for nothing any more. */
  get isOver(): boolean {
    return this.#port.phase === "lost" || this.#port.phase === "closed";
  }

  /** Whether it waits for another socket. */
  get isResuming(): boolean {
    return this.#port.phase === "resuming";
  }

  /** Bytes of the session that have arrived. */
  get received(): number {
    return this.#acknowledger.received;
  }

  /** Takes the peer's limits from its first handshake. */
  start({ maxFrameBytes, maxStreams }: Hello): void {
    this.#out.accept(maxFrameBytes);
    this.#table.allow(maxStreams);
  }

  /** Returns whether what a new socket would have to repeat is not kept. */
  hasLost(peerReceived: number): boolean {
    return this.#out.buffer.hasLost(peerReceived);
  }

  /** Returns whether a new socket can go on where the peer has got to. */
  covers(peerReceived: number): boolean {
    return this.#out.buffer.covers(peerReceived);
  }

  // For the socket.

  attach(link: Link, peerReceived: number): void {
    // The next socket brings all of what the last one brought in part.
    this.#large?.revokeLarge();
    this.#large = undefined;
    this.#out.attach(link, peerReceived);
    this.#acknowledger.noteAcknowledged();
    this.ping();
    this.#out.pump();
  }

  isCarriedBy(link: Link): boolean {
    return this.#out.link === link;
  }

  nextPiece(): Uint8Array {
    this.#acknowledger.piggybackAck();
    const { buffer } = this.#out;
    // Asked after each write: a view of nothing would cost every message.
    return buffer.unsent > 0 ? buffer.next() : EMPTY;
  }

  sent(count: number): void {
    this.#out.sent(count);
  }

  acknowledge(): void {
    this.#acknowledger.acknowledge();
  }

  ping(): void {
    this.#out.control(FrameType.PING, 0, this.#ping.start());
  }

  /**
   * Takes a frame from the reader; see `FrameSink`.
   *
   * @throws {ProtocolError} when it is not allowed.
   * @throws {SessionLostError} when the peer ends the session.
   */
  frame(
    type: number,
    flags: number,
    stream: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    const acknowledger = this.#acknowledger;
    acknowledger.received += HEADER_BYTES + end - start;
    // Of what still comes after the end, only acknowledgements matter.
    if (this.#error !== undefined) {
      if (type === FrameType.ACK) {
        this.#onAck(decodeUint64(bytes.subarray(start, end)));
      } else if (type === FrameType.GOAWAY) {
        // Both have ended it at once, and neither waits for the other.
        this.#onGoAway(decodeGoAway(bytes.subarray(start, end)));
      }
      return;
    }
    if (type === FrameType.DATA) {
      if (start === end && flags === 0) this.#flood.count();
      const target = this.#table.known(stream);
      if (target !== this.#arriving) {
        this.#arriving?.endRead();
        this.#arriving = target;
      }
      target?.onData(flags, bytes, start, end);
    } else this.#onControl(type, flags, stream, bytes.subarray(start, end));
    if (acknowledger.isDue) {
      this.#out.countReply();
      acknowledger.acknowledge();
    } else if (stream !== 0) acknowledger.acknowledgeLater();
  }

  /** Takes the header of a large DATA frame; see `FrameSink`. */
  beginLarge(
    flags: number,
    stream: number,
    length: number,
  ): PayloadTarget | undefined {
    if (this.#error !== undefined) return undefined;
    this.#large = this.#table.known(stream);
    return this.#large?.beginLarge(flags, length);
  }

  /** Called when the large frame is there; see `FrameSink`. */
  endLarge(length: number): void {
    const acknowledger = this.#acknowledger;
    acknowledger.received += HEADER_BYTES + length;
    const target = this.#large;
    this.#large = undefined;
    if (this.#error !== undefined) return;
    target?.endLarge();
    if (acknowledger.isDue) {
      this.#out.countReply();
      acknowledger.acknowledge();
    } else acknowledger.acknowledgeLater();
  }

  /** Called before the bytes of the frames that were taken change. */
  endRead(): void {
    this.#arriving?.endRead();
    this.#arriving = undefined;
  }

  #onControl(
    type: number,
    flags: number,
    stream: number,
    payload: Uint8Array,
  ): void {
    const table = this.#table;
    switch (type) {
      case FrameType.OPEN:
        this.#out.countReply();
        return this.#onOpen(stream, decodeOpen(payload));
      case FrameType.ACCEPT:
        return this.#onCredit(
          table.known(stream)?.onAccepted(decodeUint64(payload)),
        );
      case FrameType.WINDOW:
        return this.#onCredit(
          table.known(stream)?.raise(decodeUint64(payload)),
        );
      case FrameType.RESET:
        return this.#onReset(stream, payload);
      case FrameType.STOP: {
        this.#out.countReply();
        const stopped = table.known(stream)?.onStop(decodeReason(payload));
        return stopped ? undefined : this.#flood.count();
      }
      case FrameType.PING:
        if ((flags & PONG) === 0) {
          this.#out.countReply();
          this.#flood.count();
        }
        return this.#onPing(flags, payload);
      case FrameType.ACK:
        return this.#onAck(decodeUint64(payload));
      case FrameType.GOAWAY:
        return this.#onGoAway(decodeGoAway(payload));
      default:
        throw new ProtocolError(`The peer sends a frame of type ${type}`);
    }
  }

  /**
   * Counts a credit limit that changes nothing. That of a stream that has ended
   * may have crossed with its end.
   */
  #onCredit(raised: boolean | undefined): void {
    if (raised === false) this.#flood.count();
  }

  #onOpen(number: number, open: Open): void {
    const streams = this.parts;
    this.#table.peerOpens(number);
    const { isFull } = streams;
    if (isFull || number > this.#lastWanted) {
      this.#flood.count();
      const text = isFull
        ? `${this.options.maxStreams} connections are open already`
        : "The server is going away";
      return streams.reset(number, ErrorCode.REFUSED, text);
    }
    this.#port.onOpen(streams.addPeers(number, open));
  }

  #onReset(number: number, payload: Uint8Array): void {
    const reason = decodeReason(payload);
    const stream = this.#table.known(number);
    // Opened for nothing, or gone already: it cost the peer next to nothing.
    const isPeers = this.#table.isPeers(number);
    if (stream === undefined || (isPeers && !stream.hasData)) {
      this.#flood.count();
    }
    this.parts.remove(number);
    stream?.onReset(reason);
  }

  #onPing(flags: number, payload: Uint8Array): void {
    if ((flags & PONG) !== 0) {
      return this.#ping.end(payload) ? this.ping() : undefined;
    }
    checkPing(payload);
    this.#out.control(FrameType.PING, 0, payload, PONG);
  }

  #onAck(place: number): void {
    if (!this.#out.acknowledge(place)) return this.#flood.count();
    this.#port.onAcknowledged();
  }

  #onGoAway(goAway: GoAway): void {
    const { code, lastStream, retryAfterMs } = goAway;
    const text = goAway.text || "no reason given";
    if (code !== ErrorCode.GOING_AWAY) {
      // It is the peer's last frame, and the peer waits for this ACK.
      this.#acknowledger.acknowledge();
      throw new SessionLostError(
        `The peer has ended the session (code ${code}): ${text}`,
        { code, retryAfterMs },
      );
    }
    this.#flood.count();
    this.#port.onGoingAway(goAway);
    for (const [number, stream] of this.#table.entries()) {
      if (this.#table.isPeers(number) || number <= lastStream) continue;
      this.parts.remove(number);
      stream.onReset({ code: ErrorCode.REFUSED, text });
    }
  }
}
