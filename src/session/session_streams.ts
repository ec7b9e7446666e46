/**
 * The streams of one session and what they share: its output, its clock and
 * its budgets of memory.
 *
 * @module
 */
import type { Clock } from "../actor/mod.ts";
import type { OpenOptions } from "./logical_connection.ts";
import type { Address, ResolvedSessionOptions } from "./options.ts";
import type { Output } from "./output.ts";
import type { PingTimer } from "./ping_timer.ts";
import type { SessionInit, SessionPort } from "./session_port.ts";
import type { SessionPhase } from "./session_phase.ts";
import { Stream } from "./stream.ts";
import type { StreamPort } from "./stream_port.ts";
import { StreamTable } from "./stream_table.ts";
import { Budget } from "./wire/budget.ts";
import {
  encodeOpen,
  encodeReason,
  encodeUint64,
  type Open,
} from "./wire/frame.ts";
import type { MessageTooLargeError } from "./wire/errors.ts";
import { DataFlag, ErrorCode, FrameType } from "./wire/protocol.ts";

const EMPTY = new Uint8Array(0);
const END_OF_TURN = Promise.resolve();
/** Ended streams that may be served still, however few may be open. */
const LEAST_ENDED_IN_SERVICE = 100;

/** The streams of a session, and what each of them needs of it. */
export class SessionStreams implements StreamPort {
  /** Those that have not ended. */
  readonly table: StreamTable;
  readonly output: Output;
  readonly options: ResolvedSessionOptions;
  readonly clock: Clock;
  readonly remote: Required<Address>;
  readonly identity: string | undefined;
  readonly windows: Budget;
  readonly partials: Budget;
  readonly #port: SessionPort;
  readonly #ping: PingTimer;
  /** Streams of the peer that have ended while somebody serves them still. */
  #endedInService = 0;

  constructor(init: SessionInit, output: Output, ping: PingTimer) {
    const { side, options, clock, remote, identity, port } = init;
    this.table = new StreamTable(side);
    this.output = output;
    this.options = options;
    this.clock = clock;
    this.remote = remote;
    this.identity = identity;
    this.windows = new Budget(options.maxSessionWindowBytes);
    this.partials = new Budget(
      Math.max(options.maxPartialBytes, options.maxMessageBytes),
    );
    this.#port = port;
    this.#ping = ping;
  }

  get phase(): SessionPhase {
    return this.#port.phase;
  }

  get roundTripMs(): number {
    return this.#ping.roundTripMs;
  }

  get shortestTripMs(): number {
    return this.#ping.shortestMs;
  }

  /** Whether the peer has as many streams as it may have. */
  get isFull(): boolean {
    const { maxStreams } = this.options;
    // Otherwise a peer that opens and resets makes us serve any number at once.
    return this.table.peers >= maxStreams ||
      this.#endedInService >= Math.max(maxStreams, LEAST_ENDED_IN_SERVICE);
  }

  /**
   * Opens a stream of this side; its data need not wait for the peer.
   *
   * @throws {RangeError} for an id or metadata over the limits, or too many.
   */
  open(options: OpenOptions): Stream {
    const { table } = this;
    if (!table.openable) {
      throw new RangeError(
        `Cannot open a connection: the peer allows ${table.maxOurs} at once`,
      );
    }
    const number = table.next;
    const stream = new Stream(this, number, options);
    const creditLimit = stream.firstLimit();
    try {
      const open = encodeOpen({ creditLimit, ...options });
      table.addOurs(stream);
      this.output.control(FrameType.OPEN, number, open);
    } catch (error) {
      stream.fail(error);
      throw error;
    }
    return stream;
  }

  /** Adds a stream that the peer has opened. */
  addPeers(number: number, open: Open): Stream {
    const stream = new Stream(this, number, open);
    stream.raise(open.creditLimit);
    this.table.addPeers(number, stream);
    return stream;
  }

  reset(stream: number, code: number, text: string): void {
    this.output.control(FrameType.RESET, stream, encodeReason({ code, text }));
    this.remove(stream);
  }

  /** Resets a stream whose user has spoiled it. */
  abandon(stream: number, error: unknown): void {
    const abandoned = this.table.get(stream);
    this.reset(stream, ErrorCode.CANCELLED, "The sender gave up");
    abandoned?.fail(error);
  }

  endStream(stream: number): void {
    if (this.output.hasEnded) return;
    this.output.frame(FrameType.DATA, DataFlag.FIN, stream, EMPTY, 0, 0);
  }

  grant(stream: number, limit: number): void {
    this.output.control(FrameType.WINDOW, stream, encodeUint64(limit));
  }

  tooLarge(stream: number, error: MessageTooLargeError): void {
    const { message } = error;
    this.table.get(stream)?.reset(ErrorCode.MESSAGE_TOO_LARGE, message);
  }

  notify(call: () => unknown): void {
    END_OF_TURN.then(() => this.#port.notify(call));
  }

  remove(stream: number): void {
    if (this.table.remove(stream)) this.#port.onRemoved();
  }

  endedInService(): void {
    this.#endedInService++;
  }

  leftService(): void {
    this.#endedInService--;
  }

  /** Fails all of them: the session has ended. */
  fail(error: unknown): void {
    const streams = this.table.entries();
    this.table.clear();
    for (const [, stream] of streams) stream.fail(error);
  }
}
