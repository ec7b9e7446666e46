/**
 * The position of one viewer in the output, and its credit.
 *
 * @module
 */
import type { OutputRing } from "./output_ring.ts";

/** Bytes of one output event, at most. */
const PIECE_BYTES = 65_536;

/** The next part of the output, as a viewer receives it. */
export type OutputStep =
  /** Bytes of the output; the first one has that offset. */
  | {
    readonly type: "output";
    readonly offset: number;
    readonly bytes: Uint8Array<ArrayBuffer>;
  }
  /** Output that is no longer kept; the output continues at `to`. */
  | { readonly type: "gap"; readonly from: number; readonly to: number };

/** A position in the output, with credit in bytes. */
export class OutputCursor {
  readonly #ring: OutputRing;
  readonly #windowBytes: number;
  readonly #lends: boolean;
  /** Offset of the next byte to send. */
  offset: number;
  /** Bytes that were sent and not acknowledged. */
  unacknowledged = 0;

  /**
   * A cursor at `offset`, with `windowBytes` of credit. If it lends, its bytes
   * are views of the ring; otherwise they are copies.
   */
  constructor(
    ring: OutputRing,
    offset: number,
    windowBytes: number,
    lends: boolean,
  ) {
    this.#lends = lends;
    this.#ring = ring;
    this.offset = offset;
    this.#windowBytes = windowBytes;
  }

  /** Whether everything has been sent. */
  get atEnd(): boolean {
    return this.offset === this.#ring.end;
  }

  /** Whether credit is left when all of the output so far is sent. */
  get hasCredit(): boolean {
    const unsent = this.#ring.end - this.offset;
    return unsent + this.unacknowledged < this.#windowBytes;
  }

  /** Gives credit back: at most as much as was used. */
  acknowledge(bytes: number): void {
    if (bytes > 0) {
      this.unacknowledged = Math.max(0, this.unacknowledged - bytes);
    }
  }

  /** Returns what comes next; `undefined` at the end or without credit. */
  next(): OutputStep | undefined {
    const ring = this.#ring;
    const credit = this.#windowBytes - this.unacknowledged;
    if (this.atEnd || credit <= 0) return undefined;
    if (this.offset < ring.start) return this.skipTo(ring.start);
    const { offset } = this;
    const lent = ring.view(offset, Math.min(credit, PIECE_BYTES));
    const bytes = this.#lends ? lent : lent.slice();
    this.offset += bytes.length;
    this.unacknowledged += bytes.length;
    return { type: "output", offset, bytes };
  }

  /** Skips output, and returns the gap that this leaves. */
  skipTo(to: number): OutputStep {
    const from = this.offset;
    this.offset = to;
    return { type: "gap", from, to };
  }
}
