/**
 * How far one viewer is in the output, and how much more it may be sent.
 *
 * @module
 */
import type { OutputRing } from "./output_ring.ts";

/** Bytes of one piece of output. */
const PIECE_BYTES = 65_536;

/** What comes next for a viewer. */
export type OutputStep =
  /** Bytes of the output, the first of which stands at `offset`. */
  | {
    readonly type: "output";
    readonly offset: number;
    readonly bytes: Uint8Array<ArrayBuffer>;
  }
  /** Output that is not kept any more; it goes on at `to`. */
  | { readonly type: "gap"; readonly from: number; readonly to: number };

/** A place in an output, with credit in bytes. */
export class OutputCursor {
  readonly #ring: OutputRing;
  readonly #windowBytes: number;
  readonly #lends: boolean;
  /** Offset of the next byte to send. */
  offset: number;
  /** Bytes that were sent and not acknowledged. */
  unacknowledged = 0;

  /**
   * A cursor at `offset`, with `windowBytes` of credit. What it gives lies in
   * the ring if it lends, and is a copy otherwise.
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

  /** Whether it has been sent everything. */
  get atEnd(): boolean {
    return this.offset === this.#ring.end;
  }

  /** Whether more output would find credit left when its turn comes. */
  get hasCredit(): boolean {
    const unsent = this.#ring.end - this.offset;
    return unsent + this.unacknowledged < this.#windowBytes;
  }

  /** Gives credit back; more than was sent counts as all of it. */
  acknowledge(bytes: number): void {
    if (bytes > 0) {
      this.unacknowledged = Math.max(0, this.unacknowledged - bytes);
    }
  }

  /** What comes next; `undefined` at the end, or when there is no credit. */
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

  /** Leaves output out, and answers what to say of it. */
  skipTo(to: number): OutputStep {
    const from = this.offset;
    this.offset = to;
    return { type: "gap", from, to };
  }
}
