/**
 * The position of one viewer in the output, and its credit.
 *
 * @module
 */
import type { OutputRing } from "./output_ring.ts";
import type { ScreenSnapshot } from "./screen_reader.ts";
import type { SizeHistory } from "./size_history.ts";
import type { PtySize } from "./size.ts";

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
  | { readonly type: "gap"; readonly from: number; readonly to: number }
  /**
   * Output that makes an empty terminal of a size what it was at `offset`, where
   * the output continues: for viewers that asked for it.
   */
  | ({ readonly type: "snapshot" } & ScreenSnapshot);

/** A step, or the size of the output that follows. */
export type CursorStep =
  | OutputStep
  | { readonly type: "size"; readonly size: PtySize };

/** What a cursor reads from, and how. */
export interface CursorOptions {
  /** The output that is kept. */
  readonly ring: OutputRing;
  /** The sizes of that output. */
  readonly sizes: SizeHistory;
  /** Bytes that may be unacknowledged. */
  readonly windowBytes: number;
  /** Whether the bytes of its steps are views of the ring, not copies. */
  readonly lends: boolean;
  /** Returns what is sent instead of a gap; without it, a gap is. */
  readonly snapshot: (() => ScreenSnapshot) | undefined;
  /** Whether the cursor has seen nothing of what is before its offset. */
  readonly isFresh: boolean;
}

/** A position in the output, with credit in bytes. */
export class OutputCursor {
  readonly #options: CursorOptions;
  readonly #ring: OutputRing;
  readonly #sizes: SizeHistory;
  readonly #windowBytes: number;
  #needsSnapshot: boolean;
  #version: number;
  #sizeEnd: number;
  /** The size that was reported last, or at the start. */
  size: PtySize;
  /** Offset of the next byte to send. */
  offset: number;
  /** Bytes that were sent and not acknowledged. */
  unacknowledged = 0;

  /** A cursor at an offset, with all of its credit. */
  constructor(offset: number, options: CursorOptions) {
    const { ring, sizes, windowBytes, snapshot, isFresh } = options;
    this.#options = options;
    this.#ring = ring;
    this.#sizes = sizes;
    this.offset = offset;
    this.#windowBytes = windowBytes;
    this.#needsSnapshot = isFresh && offset > 0 && snapshot !== undefined;
    this.#version = sizes.version;
    this.#sizeEnd = sizes.endOf(offset);
    this.size = sizes.at(offset);
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
  next(): CursorStep | undefined {
    const ring = this.#ring;
    const isBehind = this.offset < ring.start || this.#needsSnapshot;
    const isChanged = this.#version !== this.#sizes.version ||
      this.offset >= this.#sizeEnd;
    if (isChanged && !isBehind && this.#isResized()) {
      return { type: "size", size: this.size };
    }
    const credit = this.#windowBytes - this.unacknowledged;
    if (credit <= 0 || this.atEnd && !isBehind) return undefined;
    if (isBehind) return this.#catchUp();
    const { offset } = this;
    const most = Math.min(credit, PIECE_BYTES, this.#sizeEnd - offset);
    const lent = ring.view(offset, most);
    const bytes = this.#options.lends ? lent : lent.slice();
    this.offset += bytes.length;
    this.unacknowledged += bytes.length;
    return { type: "output", offset, bytes };
  }

  /** Whether the size at the offset is another one, which is noted. */
  #isResized(): boolean {
    const { size } = this;
    this.#version = this.#sizes.version;
    this.#sizeEnd = this.#sizes.endOf(this.offset);
    this.size = this.#sizes.at(this.offset);
    return this.size.columns !== size.columns || this.size.rows !== size.rows;
  }

  #catchUp(): OutputStep {
    this.#needsSnapshot = false;
    const snapshot = this.#options.snapshot?.();
    if (snapshot === undefined) return this.skipTo(this.#ring.start);
    this.offset = snapshot.offset;
    this.#isResized();
    return { type: "snapshot", ...snapshot };
  }

  /** Skips output, and returns the gap that this leaves. */
  skipTo(to: number): OutputStep {
    const from = this.offset;
    this.offset = to;
    return { type: "gap", from, to };
  }
}
