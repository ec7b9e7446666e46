/**
 * What a viewer was sent, and how much of it it has dealt with.
 *
 * @module
 */
import { TerminalProtocolError } from "./protocol.ts";

/** Output that was left out. */
interface Gap {
  readonly from: number;
  readonly to: number;
}

/** Turns the offsets that a viewer acknowledges into bytes of credit. */
export class OutputLedger {
  /** Offset after the last byte that was sent or left out. */
  sent: number;
  /** Offset before which everything is dealt with. */
  acknowledged: number;
  /** Those not acknowledged yet, in order. */
  readonly #gaps: Gap[] = [];

  /** Output from `offset` on will be sent. */
  constructor(offset: number) {
    this.sent = this.acknowledged = offset;
  }

  /** Output was left out. */
  skip(from: number, to: number): void {
    this.#gaps.push({ from, to });
    this.sent = to;
  }

  /**
   * The viewer has dealt with all before `offset`; answers how many bytes of
   * what it was sent that are. One that came before is harmless.
   *
   * @throws {TerminalProtocolError} when that was never sent.
   */
  acknowledge(offset: number): number {
    if (offset > this.sent) {
      throw new TerminalProtocolError(
        `Cannot take an ACK of ${offset}: ${this.sent} was sent`,
      );
    }
    if (offset <= this.acknowledged) return 0;
    let bytes = offset - this.acknowledged;
    for (let gap = this.#gaps[0]; gap !== undefined; gap = this.#gaps[0]) {
      if (gap.from >= offset) break;
      const from = Math.max(gap.from, this.acknowledged);
      bytes -= Math.min(gap.to, offset) - from;
      if (gap.to > offset) break;
      this.#gaps.shift();
    }
    this.acknowledged = offset;
    return bytes;
  }
}
