/**
 * The position of a page in the output of its session: pure decisions.
 *
 * @module
 */
import { TerminalProtocolError } from "../attach/protocol.ts";

/** Bytes of parsed output that are acknowledged without a delay. */
export const ACK_BYTES = 32_768;

/** A position in the output, which outlives the sockets. */
export class OutputPosition {
  #received: number | undefined;
  #parsed = 0;
  #acknowledged = 0;

  /** Offset after the last byte that arrived; `undefined` before the first. */
  get received(): number | undefined {
    return this.#received;
  }

  /** Offset before which the screen has parsed everything. */
  get parsed(): number {
    return this.#parsed;
  }

  /** Whether parsed output was not acknowledged yet. */
  get owes(): boolean {
    return this.#parsed > this.#acknowledged;
  }

  /** Whether so much was parsed that it must be acknowledged now. */
  get owesMuch(): boolean {
    return this.#parsed - this.#acknowledged >= ACK_BYTES;
  }

  /**
   * Takes output that has arrived; returns the part of it that is new.
   *
   * @throws {TerminalProtocolError} if output before it is missing.
   */
  take(offset: number, bytes: Uint8Array): Uint8Array {
    if (this.#received === undefined) this.jump(offset);
    const received = this.#received ?? offset;
    if (offset > received) {
      throw new TerminalProtocolError(
        `Cannot show the output from offset ${offset}: the output from offset ${received} is missing`,
      );
    }
    const fresh = bytes.subarray(received - offset);
    this.#received = received + fresh.length;
    return fresh;
  }

  /** Continues at `offset`; returns how many bytes are skipped. */
  jump(offset: number): number {
    const from = this.#received;
    this.#received = offset;
    if (from === undefined) this.#parsed = this.#acknowledged = offset;
    return from === undefined ? 0 : Math.max(0, offset - from);
  }

  /** Records that the screen has parsed all output before `offset`. */
  parsedTo(offset: number): void {
    this.#parsed = offset;
  }

  /** Returns the offset to acknowledge, and records it as acknowledged. */
  acknowledge(): number {
    return this.#acknowledged = this.#parsed;
  }
}
