/**
 * The output that a viewer was sent, and how much of it was acknowledged.
 *
 * @module
 */
import { TerminalProtocolError } from "./protocol.ts";

/** Output that was skipped. */
interface Gap {
  readonly from: number;
  readonly to: number;
}

/** Turns the offsets that a viewer acknowledges into bytes of credit. */
export class OutputLedger {
  /** Offset up to which output was sent or skipped. */
  sentTo: number;
  /** Offset up to which output was acknowledged. */
  acknowledgedTo: number;
  /** Gaps that were not acknowledged yet, in order. */
  readonly #gaps: Gap[] = [];

  /** Starts at the offset of the first byte that will be sent. */
  constructor(offset: number) {
    this.sentTo = this.acknowledgedTo = offset;
  }

  /** Records that output was skipped. */
  skip(from: number, to: number): void {
    if (from === to) return;
    this.#gaps.push({ from, to });
    this.sentTo = to;
  }

  /**
   * Acknowledges all output before `offset`; returns how many bytes of credit
   * that gives back. An offset that was acknowledged before gives none.
   *
   * @throws {TerminalProtocolError} if the output was not sent yet.
   */
  acknowledge(offset: number): number {
    if (offset > this.sentTo) {
      throw new TerminalProtocolError(
        `Cannot take an ACK of ${offset}: output was sent up to ${this.sentTo}`,
      );
    }
    if (offset <= this.acknowledgedTo) return 0;
    let bytes = offset - this.acknowledgedTo;
    for (let gap = this.#gaps[0]; gap !== undefined; gap = this.#gaps[0]) {
      if (gap.from >= offset) break;
      const from = Math.max(gap.from, this.acknowledgedTo);
      bytes -= Math.min(gap.to, offset) - from;
      if (gap.to > offset) break;
      this.#gaps.shift();
    }
    this.acknowledgedTo = offset;
    return bytes;
  }
}
