/**
 * The streams of a session by their numbers: which side may open the next one,
 * and which numbers were used.
 *
 * @module
 */
import { ProtocolError } from "./wire/errors.ts";
import { MAX_STREAM } from "./wire/protocol.ts";
import type { Stream } from "./stream.ts";

/** Which side of the socket this is. */
export type Side = "dialler" | "listener";

/** What the owner of a session sees of its streams. */
export type StreamsView = Pick<
  StreamTable,
  | "size"
  | "exhausted"
  | "openable"
  | "hasOpened"
  | "entries"
  | "awaitChange"
  | "wakeNext"
>;

/** The streams of one session that have not ended. */
export class StreamTable {
  /** Whether this side has dialled. */
  readonly side: Side;
  #lastPeers = 0;
  #peers = 0;
  #maxOurs = 0;
  readonly #streams = new Map<number, Stream>();
  /** 0 if the peer's numbers are even. */
  readonly #peersParity: 0 | 1;
  /** Wakes those who wait until the peer allows one more, first to last. */
  readonly #openers = new Set<() => void>();
  #next: number;

  constructor(side: Side) {
    this.side = side;
    this.#next = side === "dialler" ? 1 : 2;
    this.#peersParity = side === "dialler" ? 0 : 1;
  }

  /** The highest number that the peer has opened. */
  get lastPeers(): number {
    return this.#lastPeers;
  }

  /** Streams of the peer that have not ended. */
  get peers(): number {
    return this.#peers;
  }

  /** Streams that the peer lets this side have open at once. */
  get maxOurs(): number {
    return this.#maxOurs;
  }

  /** Streams of both sides that have not ended. */
  get size(): number {
    return this.#streams.size;
  }

  /** Whether there is no number left for another stream of this side. */
  get exhausted(): boolean {
    return this.#next > MAX_STREAM;
  }

  /** Whether this side may open one more stream. */
  get openable(): boolean {
    return this.size - this.#peers < this.#maxOurs && !this.exhausted;
  }

  /** Whether this side has ever opened a stream. */
  get hasOpened(): boolean {
    return this.#next > 2;
  }

  /** The number of this side's next stream. */
  get next(): number {
    return this.#next;
  }

  /** Returns the stream, if it has not ended. */
  get(number: number): Stream | undefined {
    return this.#streams.get(number);
  }

  /**
   * Returns the stream that a frame is for, if it has not ended: frames that
   * come late are normal.
   *
   * @throws {ProtocolError} for a stream that was never opened.
   */
  known(number: number): Stream | undefined {
    const stream = this.#streams.get(number);
    if (stream !== undefined) return stream;
    const wasOpened = this.isPeers(number)
      ? number <= this.#lastPeers
      : number < this.#next;
    if (number === 0 || !wasOpened) {
      throw new ProtocolError(
        `The peer sends a frame for stream ${number}, which was never opened`,
      );
    }
    return undefined;
  }

  /** Returns whether a stream of this number is the peer's to open. */
  isPeers(number: number): boolean {
    return number !== 0 && number % 2 === this.#peersParity;
  }

  /** Lets this side have so many streams open at once. */
  allow(maxOurs: number): void {
    this.#maxOurs = maxOurs;
  }

  /**
   * Notes that the peer opens a stream, whatever becomes of it.
   *
   * @throws {ProtocolError} for a number that is not the peer's, or was used.
   */
  peerOpens(number: number): void {
    if (!this.isPeers(number) || number <= this.#lastPeers) {
      throw new ProtocolError(`The peer opens stream ${number} out of order`);
    }
    this.#lastPeers = number;
  }

  /** Adds the next stream of this side. */
  addOurs(stream: Stream): void {
    this.#streams.set(this.#next, stream);
    this.#next += 2;
  }

  /** Adds a stream of the peer. */
  addPeers(number: number, stream: Stream): void {
    this.#streams.set(number, stream);
    this.#peers++;
  }

  /** Forgets a stream; returns false if it was forgotten before. */
  remove(number: number): boolean {
    if (!this.#streams.delete(number)) return false;
    if (this.isPeers(number)) this.#peers--;
    else this.wakeNext();
    return true;
  }

  /** Wakes the one who has waited longest. */
  wakeNext(): void {
    for (const wake of this.#openers) return wake();
  }

  /** Returns all of them, with their numbers. */
  entries(): [number, Stream][] {
    return [...this.#streams];
  }

  /** Forgets all of them, and wakes everybody who waits. */
  clear(): void {
    this.#streams.clear();
    this.#peers = 0;
    for (const wake of this.#openers) wake();
  }

  /**
   * Waits until a stream of this side has ended and it is the caller's turn, or
   * until all have.
   */
  async awaitChange(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = (): void => resolve();
    this.#openers.add(wake);
    signal?.addEventListener("abort", wake, { once: true });
    await promise;
    this.#openers.delete(wake);
    signal?.removeEventListener("abort", wake);
    if (signal?.aborted) {
      // It may have been the caller's turn.
      this.wakeNext();
      throw signal.reason;
    }
  }
}
