/**
 * A session: the logical connections that two processes share, over one socket
 * after another. Frames go in and out here; everything is synchronous and
 * nothing waits, so a connection that nobody reads holds up no other.
 *
 * @module
 */
import type { Clock } from "../actor/mod.ts";
import { Budget } from "./wire/budget.ts";
import { ProtocolError } from "./wire/errors.ts";
import { FloodGuard } from "./wire/flood_guard.ts";
import {
  decodeGoAway,
  decodeOpen,
  decodeReason,
  decodeUint64,
  encodeGoAway,
  encodeOpen,
  encodeReason,
  encodeUint64,
  type GoAway,
  type Hello,
  type Open,
} from "./wire/frame.ts";
import type { InboxPort, MessageTooLargeError } from "./wire/inbox.ts";
import {
  DataFlag,
  ErrorCode,
  FrameType,
  HEADER_BYTES,
  MAX_FRAME_BYTES,
  MAX_STREAM,
  PONG,
} from "./wire/protocol.ts";
import { SessionLostError } from "./errors.ts";
import type { OpenOptions } from "./logical_connection.ts";
import type { Address, ResolvedSessionOptions } from "./options.ts";
import { type Link, Output } from "./output.ts";
import { checkPing, PingTimer } from "./ping_timer.ts";
import type { SessionEvents, SessionInit } from "./session_init.ts";
import { Receipts } from "./receipts.ts";
import { asSessionLost, type SessionPhase } from "./session_state.ts";
import { Stream } from "./stream.ts";
import { StreamTable } from "./stream_table.ts";

const EMPTY = new Uint8Array(0);
/** Ended streams that may be served still, however few may be open. */
const LEAST_LEFT_OVER = 100;

/** Both ends' shared state of one session, seen from this end. */
export class Session implements InboxPort {
  /** What it has to say. */
  readonly out: Output;
  /** What the session is doing; its owner's. */
  phase: SessionPhase = "connecting";
  /** What has arrived. */
  readonly receipts: Receipts;
  /** Those that have not ended. */
  readonly streams: StreamTable;
  readonly remote: Required<Address>;
  readonly identity: string | undefined;
  readonly clock: Clock;
  readonly options: ResolvedSessionOptions;
  readonly windows: Budget;
  readonly partials: Budget;
  /** Streams of the peer that have ended while somebody serves them still. */
  leftOver = 0;
  readonly #events: SessionEvents;
  readonly #flood: FloodGuard;
  readonly #ping: PingTimer;
  /** Streams of the peer above this are refused; it was told so. */
  #lastWanted = MAX_STREAM;
  #error: unknown;

  constructor(init: SessionInit) {
    const { side, options, clock } = init;
    this.streams = new StreamTable(side);
    this.#events = init.events;
    this.remote = init.remote;
    this.identity = init.identity;
    this.clock = clock;
    this.options = options;
    this.windows = new Budget(options.maxSessionWindowBytes);
    this.partials = new Budget(
      Math.max(options.maxPartialBytes, options.maxMessageBytes),
    );
    this.out = new Output(options.replayBytes, (stream, error) => {
      const abandoned = this.streams.get(stream);
      this.reset(stream, ErrorCode.CANCELLED, "The sender gave up");
      abandoned?.broken(error);
    });
    this.receipts = new Receipts(clock, (place) => {
      if (this.out.link === undefined) return;
      this.out.control(FrameType.ACK, 0, encodeUint64(place));
    });
    this.#flood = new FloodGuard(() => clock.now());
    this.#ping = new PingTimer(clock);
  }

  /** Whether the session has not ended. */
  get whole(): boolean {
    return this.#error === undefined;
  }

  /** Whether it is over for good: nothing is waited for any more. */
  get isOver(): boolean {
    return this.phase === "lost" || this.phase === "closed";
  }

  /** Whether nothing is under way, as far as this side knows. */
  get isIdle(): boolean {
    return this.streams.size === 0 && this.out.delivered;
  }

  /** Milliseconds to the peer and back, smoothed; 0 if it is not known. */
  get roundTripMs(): number {
    return this.#ping.roundTripMs;
  }

  get shortestTripMs(): number {
    return this.#ping.shortestMs;
  }

  // The socket below.

  /** Takes what the peer says of itself, when the session begins. */
  begin({ maxFrameBytes, maxStreams }: Hello): void {
    this.out.maxFrameBytes = Math.min(maxFrameBytes, MAX_FRAME_BYTES);
    this.streams.maxOurs = maxStreams;
  }

  /**
   * Goes on over another socket.
   *
   * @throws {ProtocolError} when the peer has what was not sent, or lacks what
   * it has acknowledged.
   */
  attach(link: Link, peerReceived: number): void {
    this.out.buffer.rewind(peerReceived);
    this.receipts.wasTold();
    this.out.link = link;
    this.ping();
    this.out.pump();
  }

  /** The socket is gone, or to be replaced: nothing comes or goes over it. */
  detach(link: Link): void {
    if (this.out.link === link) this.out.link = undefined;
  }

  /** Asks for a sign of life. */
  ping(): void {
    this.out.control(FrameType.PING, 0, this.#ping.start());
  }

  // Streams.

  /**
   * Opens a logical connection; data may be sent at once.
   *
   * @throws {SessionLostError} when the session has ended.
   * @throws {RangeError} for an id or metadata over the limits, or too many.
   */
  open(options: OpenOptions): Stream {
    if (this.#error !== undefined) throw this.#error;
    if (!this.streams.openable) {
      throw new RangeError(
        `Cannot open a connection: the peer allows ${this.streams.maxOurs} at once`,
      );
    }
    const number = this.streams.next;
    const stream = new Stream(this, number, options);
    const creditLimit = stream.firstLimit();
    try {
      const open = encodeOpen({ creditLimit, ...options });
      this.streams.addOurs(stream);
      this.out.control(FrameType.OPEN, number, open);
    } catch (error) {
      stream.broken(error);
      throw error;
    }
    return stream;
  }

  /** Ends a stream on both sides at once. */
  reset(stream: number, code: number, text: string): void {
    this.out.control(FrameType.RESET, stream, encodeReason({ code, text }));
    this.remove(stream);
  }

  /** Ends this side's direction of a stream without its user. */
  endStream(stream: number): void {
    if (this.#error !== undefined) return;
    this.out.frame(FrameType.DATA, DataFlag.FIN, stream, EMPTY, 0, 0);
  }

  grant(stream: number, limit: number): void {
    this.out.control(FrameType.WINDOW, stream, encodeUint64(limit));
  }

  tooLarge(stream: number, error: MessageTooLargeError): void {
    this.streams.get(stream)?.reset(
      ErrorCode.MESSAGE_TOO_LARGE,
      error.message,
    );
  }

  /** Forgets a stream that has ended. */
  remove(stream: number): void {
    if (this.streams.remove(stream)) this.#events.onRemoved();
  }

  // The end.

  /** Ends the session: every connection fails with `cause`. */
  fail(cause: unknown): void {
    if (this.#error !== undefined) return;
    this.#error = asSessionLost(cause);
    this.out.ended = true;
    this.receipts.end();
    const streams = this.streams.entries();
    this.streams.clear();
    for (const [, stream] of streams) stream.broken(this.#error);
  }

  /** Tells the peer that the session ends, and why. */
  goAway(code: number, text: string, retryAfterMs = 0): void {
    const lastStream = this.streams.lastPeers;
    if (code === ErrorCode.GOING_AWAY) this.#lastWanted = lastStream;
    const goAway = encodeGoAway({ code, text, lastStream, retryAfterMs });
    this.out.control(FrameType.GOAWAY, 0, goAway);
  }

  // From the socket.

  /**
   * Takes a frame from the reader; see `FrameSink`.
   *
   * @throws {ProtocolError} when it is not allowed.
   * @throws {SessionLostError} when the peer ends the session.
   */
  frameIn(
    type: number,
    flags: number,
    stream: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    const { receipts } = this;
    receipts.received += HEADER_BYTES + end - start;
    // What still comes when it is over tells at most what has arrived.
    if (this.#error !== undefined) {
      if (type === FrameType.ACK) {
        this.#acked(decodeUint64(bytes.subarray(start, end)));
      } else if (type === FrameType.GOAWAY) {
        // Both have ended it at once, and neither waits for the other.
        this.#goingAway(decodeGoAway(bytes.subarray(start, end)));
      }
      return;
    }
    if (type === FrameType.DATA) {
      if (start === end && flags === 0) this.#flood.count();
      this.streams.known(stream)?.data(flags, bytes, start, end);
    } else this.#control(type, flags, stream, bytes.subarray(start, end));
    if (receipts.isDue) {
      this.out.countAnswer();
      receipts.tell();
    } else if (stream !== 0) receipts.tellLater();
  }

  #control(
    type: number,
    flags: number,
    stream: number,
    payload: Uint8Array,
  ): void {
    switch (type) {
      case FrameType.OPEN:
        this.out.countAnswer();
        return this.#opened(stream, decodeOpen(payload));
      case FrameType.ACCEPT:
        return this.#credited(
          this.streams.known(stream)?.wasAccepted(
            decodeUint64(payload),
          ),
        );
      case FrameType.WINDOW:
        return this.#credited(
          this.streams.known(stream)?.raise(
            decodeUint64(payload),
          ),
        );
      case FrameType.RESET:
        return this.#wasReset(stream, payload);
      case FrameType.STOP: {
        this.out.countAnswer();
        const stopped = this.streams.known(stream)?.stopped(
          decodeReason(payload),
        );
        return stopped ? undefined : this.#flood.count();
      }
      case FrameType.PING:
        if ((flags & PONG) === 0) {
          this.out.countAnswer();
          this.#flood.count();
        }
        return this.#pinged(flags, payload);
      case FrameType.ACK:
        return this.#acked(decodeUint64(payload));
      case FrameType.GOAWAY:
        return this.#goingAway(decodeGoAway(payload));
      default:
        throw new ProtocolError(`The peer sends a frame of type ${type}`);
    }
  }

  /** Counts a limit that changes nothing; that of a stream that has ended may
   * have crossed with its end. */
  #credited(raised: boolean | undefined): void {
    if (raised === false) this.#flood.count();
  }

  #opened(number: number, open: Open): void {
    const streams = this.streams;
    if (!streams.isPeers(number) || number <= streams.lastPeers) {
      throw new ProtocolError(`The peer opens stream ${number} out of order`);
    }
    streams.lastPeers = number;
    const { maxStreams } = this.options;
    // Or a peer that opens and resets makes us serve any number at once.
    const tooMany = streams.peers >= maxStreams ||
      this.leftOver >= Math.max(maxStreams, LEAST_LEFT_OVER);
    if (tooMany || number > this.#lastWanted) {
      this.#flood.count();
      const text = tooMany
        ? `${maxStreams} connections are open already`
        : "The server is going away";
      return this.reset(number, ErrorCode.REFUSED, text);
    }
    const stream = new Stream(this, number, open);
    stream.raise(open.creditLimit);
    streams.addPeers(number, stream);
    this.#events.onOpen(stream);
  }

  #wasReset(number: number, payload: Uint8Array): void {
    const reason = decodeReason(payload);
    const stream = this.streams.known(number);
    // Opened for nothing, or gone already: that costs the peer next to nothing.
    const isPeers = this.streams.isPeers(number);
    if (stream === undefined || (isPeers && !stream.hasData)) {
      this.#flood.count();
    }
    this.remove(number);
    stream?.wasReset(reason);
  }

  #pinged(flags: number, payload: Uint8Array): void {
    if ((flags & PONG) !== 0) {
      return this.#ping.end(payload) ? this.ping() : undefined;
    }
    checkPing(payload);
    this.out.control(FrameType.PING, 0, payload, PONG);
  }

  #acked(place: number): void {
    if (!this.out.buffer.acknowledge(place)) return this.#flood.count();
    this.out.pump();
    this.#events.onAcknowledged();
  }

  #goingAway(goAway: GoAway): void {
    const { code, lastStream, retryAfterMs } = goAway;
    const text = goAway.text || "no reason given";
    if (code !== ErrorCode.GOING_AWAY) {
      // It is the last that comes, and whoever sent it waits for this.
      this.receipts.tell();
      throw new SessionLostError(
        `The peer has ended the session (code ${code}): ${text}`,
        { code, retryAfterMs },
      );
    }
    this.#flood.count();
    this.#events.onGoingAway(goAway);
    for (const [number, stream] of this.streams.entries()) {
      if (this.streams.isPeers(number) || number <= lastStream) continue;
      this.remove(number);
      stream.wasReset({ code: ErrorCode.REFUSED, text });
    }
  }
}
