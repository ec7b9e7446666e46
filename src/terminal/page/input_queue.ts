/**
 * What is typed, until the server has taken it: pure decisions.
 *
 * @module
 */
import {
  INPUT_WINDOW_BYTES,
  TerminalProtocolError,
} from "../attach/protocol.ts";

/** Bytes of one piece. */
const PIECE_BYTES = 16_384;

/** Bytes on their way from which on the program seems not to read. */
const STALLED_BYTES = 4096;

/** A piece of input with its number. */
export interface InputPiece {
  /** Counts the pieces from 1 on. */
  readonly sequence: number;
  /** At least one. */
  readonly bytes: Uint8Array;
}

/** A queue that outlives the sockets; it sends nothing twice over one. */
export class InputQueue {
  /** Not sent yet, over any socket. */
  #unsent: Uint8Array[] = [];
  #unsentBytes = 0;
  /** Sent and not acknowledged, over this socket or the last one. */
  readonly #unacknowledged: InputPiece[] = [];
  #unacknowledgedBytes = 0;
  /** How many of those are sent over this socket. */
  #sent = 0;
  #last = 0;
  #acknowledged = 0;
  #isOpen = false;

  /** Whether so much waits that an interrupt would come far too late. */
  get isStalled(): boolean {
    return this.#unsentBytes > 0 || this.#unacknowledgedBytes > STALLED_BYTES;
  }

  /** Bytes that the server has not taken. */
  get waitingBytes(): number {
    return this.#unsentBytes + this.#unacknowledgedBytes;
  }

  /** Something is typed; in use from now on. */
  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      this.#unsent.push(bytes.subarray(at, at + PIECE_BYTES));
    }
    this.#unsentBytes += bytes.length;
  }

  /** What is to be sent next; `undefined` if nothing may be. */
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
    this.#unsentBytes -= bytes.length;
    this.#unacknowledgedBytes += bytes.length;
    const piece = { sequence: ++this.#last, bytes };
    this.#unacknowledged.push(piece);
    this.#sent++;
    return piece;
  }

  /**
   * The server has taken all up to `sequence`. The first time over a socket,
   * all that it has not taken will be sent again.
   *
   * @throws {TerminalProtocolError} when it never came so far, or was farther.
   */
  acknowledge(sequence: number): void {
    if (sequence < this.#acknowledged || sequence > this.#last) {
      throw new TerminalProtocolError(
        `Cannot go on: the server has taken input ${sequence}, it must be from ${this.#acknowledged} to ${this.#last}`,
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

  /** The socket is lost: nothing is sent before the next acknowledgement. */
  close(): void {
    this.#isOpen = false;
  }

  /** Forgets what is not sent yet, and answers how many bytes that were. */
  drop(): number {
    const bytes = this.#unsentBytes;
    this.#unsent = [];
    this.#unsentBytes = 0;
    return bytes;
  }
}
