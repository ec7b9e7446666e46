/**
 * The keep-alive of one socket: any byte is a sign of life, and a quiet peer is
 * asked for one. It has a clock and no I/O.
 *
 * @module
 */
import type { Clock, Timer } from "../actor/mod.ts";
import { KeepAliveError } from "./errors.ts";
import type { ResolvedSessionOptions } from "./options.ts";
import { ProtocolError } from "./wire/errors.ts";
import { ErrorCode } from "./wire/protocol.ts";

/** Deadlines of a {@linkcode KeepAlive}, in milliseconds. */
export type KeepAliveLimits = Pick<
  ResolvedSessionOptions,
  "keepAliveMs" | "keepAliveTimeoutMs" | "frameMs"
>;

/** What a {@linkcode KeepAlive} needs of its socket. */
export interface KeepAlivePort {
  /** Returns whether a frame has arrived in part. */
  isFrameIncomplete(): boolean;
  /** Acknowledges what has arrived. */
  acknowledge(): void;
  /** Asks the peer for a sign of life. */
  ping(): void;
  /** Called at most once: the peer takes too long over one frame. */
  onSlowFrame(cause: ProtocolError): void;
  /** Called at most once: the peer has given no sign of life. */
  onSilence(cause: KeepAliveError): void;
}

/** The keep-alive of one socket, from the end of its handshake on. */
export class KeepAlive {
  /** Bytes that have arrived; counted by whoever reads the socket. */
  bytes = 0;
  /** Whole frames that have arrived; counted by whoever reads the socket. */
  frames = 0;
  /** Pieces of 64 KiB of larger frames; counted by whoever reads the socket. */
  pieces = 0;
  readonly #clock: Clock;
  readonly #limits: KeepAliveLimits;
  readonly #port: KeepAlivePort;
  #timer: Timer | undefined;
  #bytesBefore = 0;
  #framesBefore = -1;
  /** When the frame that is arriving was first seen; milliseconds, by the clock. */
  #frameSince = 0;

  /** A keep-alive that does nothing before `start`. */
  constructor(clock: Clock, limits: KeepAliveLimits, port: KeepAlivePort) {
    this.#clock = clock;
    this.#limits = limits;
    this.#port = port;
  }

  /** Checks the socket every `keepAliveMs` from now on. */
  start(): void {
    this.#timer = this.#clock.schedule(this.#limits.keepAliveMs, this.#check);
  }

  /** Ends the checks; safe to call at any time. */
  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  readonly #check = (): void => {
    this.#port.acknowledge();
    if (this.#isFrameSlow()) {
      const { frameMs } = this.#limits;
      return this.#port.onSlowFrame(
        new ProtocolError(
          `A frame took over ${frameMs} ms to arrive`,
          ErrorCode.TIMEOUT,
        ),
      );
    }
    const isQuiet = this.bytes === this.#bytesBefore;
    this.#bytesBefore = this.bytes;
    if (!isQuiet) return this.start();
    this.#port.ping();
    const { keepAliveTimeoutMs } = this.#limits;
    this.#timer = this.#clock.schedule(keepAliveTimeoutMs, this.#decide);
  };

  #isFrameSlow(): boolean {
    const now = this.#clock.now();
    const arrived = this.frames + this.pieces;
    const isAnother = arrived !== this.#framesBefore;
    if (isAnother || !this.#port.isFrameIncomplete()) this.#frameSince = now;
    this.#framesBefore = arrived;
    return now - this.#frameSince >= this.#limits.frameMs;
  }

  /** Called when the time for a reply to the ping is over. */
  readonly #decide = (): void => {
    if (this.bytes > this.#bytesBefore) return this.#check();
    const { keepAliveMs, keepAliveTimeoutMs } = this.#limits;
    this.#port.onSilence(
      new KeepAliveError(
        `The peer gave no sign of life for ${
          keepAliveMs + keepAliveTimeoutMs
        } ms`,
      ),
    );
  };
}
