/**
 * How far a page is in the output of its session: pure decisions.
 *
 * @module
 */
import { TerminalProtocolError } from "../attach/protocol.ts";

/** Bytes that may be parsed before they must be acknowledged. */
export const ACK_BYTES = 32_768;

/** A place in the output, which outlives the sockets. */
export class OutputPosition {
  #received: number | undefined;
  #parsed = 0;
  #acknowledged = 0;

  /** Offset after the last byte that came; `undefined` before the first. */
  get received(): number | undefined {
    return this.#received;
  }

  /** Offset before which the screen has parsed everything. */
  get parsed(): number {
    return this.#parsed;
  }

  /** Whether something is parsed that is not acknowledged. */
  get owes(): boolean {
    return this.#parsed > this.#acknowledged;
  }

  /** Whether so much is parsed that it must be acknowledged now. */
  get owesMuch(): boolean {
    return this.#parsed - this.#acknowledged >= ACK_BYTES;
  }

  /**
   * Output has come; answers what of it is new.
   *
   * @throws {TerminalProtocolError} when some is missing in between.
   */
  take(offset: number, bytes: Uint8Array): Uint8Array {
    if (this.#received === undefined) this.jump(offset);
    const received = this.#received ?? offset;
    if (offset > received) {
      throw new TerminalProtocolError(
        `Cannot show the output from ${offset}: that from ${received} is missing`,
      );
    }
    const fresh = bytes.subarray(received - offset);
    this.#received = received + fresh.length;
    return fresh;
  }

  /** The output goes on at `offset`; answers how many bytes are left out. */
  jump(offset: number): number {
    const from = this.#received;
    this.#received = offset;
    if (from === undefined) this.#parsed = this.#acknowledged = offset;
    return from === undefined ? 0 : Math.max(0, offset - from);
  }

  /** The screen has parsed all before `offset`. */
  parsedTo(offset: number): void {
    this.#parsed = offset;
  }

  /** Answers the offset to acknowledge, and takes it as said. */
  acknowledge(): number {
    return this.#acknowledged = this.#parsed;
  }
}
