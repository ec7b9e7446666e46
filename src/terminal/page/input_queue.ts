/**
 * The input of a page until the server has acknowledged it: pure decisions.
 *
 * @module
 */
import {
  INPUT_WINDOW_BYTES,
  TerminalProtocolError,
} from "../attach/protocol.ts";

/** Most bytes of one piece. */
const PIECE_BYTES = 16_384;

/** Unacknowledged bytes from which on the program seems not to read. */
const STALLED_BYTES = 4096;

/** A piece of input with its number. */
export interface InputPiece {
  /** Number of the piece, from 1. */
  readonly sequence: number;
  /** The bytes, at least one. */
  readonly bytes: Uint8Array;
}

/** A queue that outlives the sockets, and sends nothing twice over one. */
export class InputQueue {
  /** Input that was not sent yet over any socket. */
  #unsent: Uint8Array[] = [];
  #unsentBytes = 0;
  /** Pieces sent over this socket or an earlier one, and not acknowledged. */
  readonly #unacknowledged: InputPiece[] = [];
  #unacknowledgedBytes = 0;
  /** How many of those were sent over this socket. */
  #sent = 0;
  #last = 0;
  #acknowledged = 0;
  #isOpen = false;
  /** How many unsent pieces come before the last interrupt, itself included. */
  #marked: number | undefined;

  /** Whether so much waits that an interrupt would arrive far too late. */
  get isStalled(): boolean {
    return this.#unsentBytes > 0 || this.#unacknowledgedBytes > STALLED_BYTES;
  }

  /** Bytes that the server has not acknowledged. */
  get waitingBytes(): number {
    return this.#unsentBytes + this.#unacknowledgedBytes;
  }

  /** Adds input, whose bytes must not change from now on. */
  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      this.#unsent.push(bytes.subarray(at, at + PIECE_BYTES));
    }
    this.#unsentBytes += bytes.length;
  }

  /** Returns the next piece to send; `undefined` if none may be sent. */
  next(): InputPiece | undefined {
    if (!this.#isOpen) return undefined;
    const again = this.#unacknowledged[this.#sent];
    if (again !== undefined) {
      this.#sent++;
      return again;
    }
    const bytes = this.#unsent[0];
    if (bytes === undefined) return undefined;
    if (this.#unacknowledgedBytes + bytes.length > INPUT_WINDOW_BYTES) {
      return undefined;
    }
    this.#unsent.shift();
    if (this.#marked !== undefined) {
      this.#marked = Math.max(0, this.#marked - 1);
    }
    this.#unsentBytes -= bytes.length;
    this.#unacknowledgedBytes += bytes.length;
    const piece = { sequence: ++this.#last, bytes };
    this.#unacknowledged.push(piece);
    this.#sent++;
    return piece;
  }

  /**
   * Records that the server has taken all input up to `sequence`. The first
   * acknowledgement over a socket makes the queue send the rest again.
   *
   * @throws {TerminalProtocolError} if that input was never sent, or if later
   * input was acknowledged before.
   */
  acknowledge(sequence: number): void {
    if (sequence < this.#acknowledged || sequence > this.#last) {
      throw new TerminalProtocolError(
        `Cannot continue: the server acknowledged input ${sequence}, it must be from ${this.#acknowledged} to ${this.#last}`,
      );
    }
    const count = sequence - this.#acknowledged;
    for (const { bytes } of this.#unacknowledged.splice(0, count)) {
      this.#unacknowledgedBytes -= bytes.length;
    }
    this.#acknowledged = sequence;
    this.#sent = this.#isOpen ? Math.max(0, this.#sent - count) : 0;
    this.#isOpen = true;
  }

  /** Sends nothing before the next acknowledgement: the socket is lost. */
  close(): void {
    this.#isOpen = false;
  }

  /** Marks the last piece: it is a key that may interrupt. */
  mark(): void {
    this.#marked = this.#unsent.length;
  }

  /**
   * Discards the input before the marked key that was not sent yet, and the key;
   * without a mark, all of it: somebody else interrupted. Returns how many bytes
   * were typed before the key.
   */
  dropMarked(): number {
    const marked = this.#marked;
    this.#marked = undefined;
    if (marked === undefined) return this.drop();
    let bytes = 0;
    for (const piece of this.#unsent.splice(0, marked)) bytes += piece.length;
    this.#unsentBytes -= bytes;
    return Math.max(0, bytes - 1);
  }

  /** Discards the input that was not sent yet; returns its bytes. */
  drop(): number {
    const bytes = this.#unsentBytes;
    this.#unsent = [];
    this.#unsentBytes = 0;
    return bytes;
  }
}
