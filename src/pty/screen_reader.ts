/**
 * Gives the output of a session to a terminal, late: what is kept anyway can
 * wait, and most of a flood of text needs no parsing then.
 *
 * @module
 */
import type { OutputRing } from "./output_ring.ts";
import { hasLines, plainFrom, startOfLines } from "./plain_text.ts";
import type { OpenScreen, SessionScreen } from "./session_screen.ts";
import type { SizeHistory } from "./size_history.ts";
import type { PtySize } from "./size.ts";

/** Bytes that wait to be parsed. */
const LAG_BYTES = 131_072;
/** Bytes that are parsed at a time: this long the session waits. */
const SLICE_BYTES = 16_384;

/** The state of a terminal at an offset. */
export interface ScreenSnapshot {
  /** Offset of the output that follows. */
  readonly offset: number;
  /** Size of the terminal there. */
  readonly size: PtySize;
  /** Output that makes an empty terminal of that size the same. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A terminal that follows the output in a ring. */
export class ScreenReader {
  readonly #ring: OutputRing;
  readonly #sizes: SizeHistory;
  readonly #open: OpenScreen;
  /** Opened when something has to be parsed. */
  #screen: SessionScreen | undefined;
  #size: PtySize;
  /** Offset before which everything was parsed. */
  #parsed = 0;
  /** End of the output from which on it is worth to look for lines again. */
  #retryAt = 0;
  /** Offset from which on all output is plain text. */
  #plainFrom = 0;
  /** The last snapshot: what came since may be replayed after it. */
  #last: ScreenSnapshot | undefined;

  /** A terminal for the output of a ring that is empty. */
  constructor(ring: OutputRing, sizes: SizeHistory, open: OpenScreen) {
    this.#ring = ring;
    this.#sizes = sizes;
    this.#open = open;
    this.#size = sizes.last;
  }

  /** Offset from which on the output is needed. */
  get neededFrom(): number {
    return this.#parsed;
  }

  /** Appends output to the ring, and parses what it must not lose. */
  append(bytes: Uint8Array): void {
    const ring = this.#ring;
    const { end } = ring;
    // A piece that does not fit is parsed where it is.
    const isLarge = bytes.length > LAG_BYTES;
    if (isLarge) this.#parseTo(end);
    ring.append(bytes);
    const from = plainFrom(bytes);
    if (from > 0) this.#plainFrom = end + from;
    if (isLarge) {
      this.#write(bytes);
      this.#parsed = ring.end;
    }
    while (ring.end - this.#parsed > LAG_BYTES) {
      this.#skip();
      if (ring.end - this.#parsed <= LAG_BYTES) return;
      this.#parseTo(Math.min(ring.end, this.#parsed + SLICE_BYTES));
    }
  }

  /** Returns a snapshot whose further output is kept. */
  snapshot(): ScreenSnapshot {
    const ring = this.#ring;
    if (this.#last !== undefined && this.#last.offset >= ring.start) {
      return this.#last;
    }
    this.#skip();
    this.#parseTo(ring.end);
    const screen = this.#opened();
    const bytes = screen.snapshot();
    return this.#last = { offset: ring.end, size: this.#size, bytes };
  }

  /** Keeps a snapshot instead of the terminal: there will be no more output. */
  finish(): void {
    if (this.#ring.start > 0) this.snapshot();
    this.dispose();
  }

  /** Releases the terminal. */
  dispose(): void {
    this.#screen?.dispose();
    this.#screen = undefined;
  }

  #opened(): SessionScreen {
    return this.#screen ??= this.#open(this.#size);
  }

  #parseTo(end: number): void {
    const ring = this.#ring;
    while (this.#parsed < end) {
      const size = this.#sizes.at(this.#parsed);
      this.#resize(size);
      const to = Math.min(end, this.#sizes.endOf(this.#parsed));
      const view = ring.view(this.#parsed, to - this.#parsed);
      this.#write(view);
      this.#parsed += view.length;
    }
    this.#resize(this.#sizes.at(this.#parsed));
  }

  #resize(size: PtySize): void {
    if (size === this.#size) return;
    this.#size = size;
    this.#screen?.resize(size);
  }

  #write(bytes: Uint8Array): void {
    this.#opened().write(bytes);
  }

  /** Leaves out plain text that later plain text pushes out of the terminal. */
  #skip(): void {
    const ring = this.#ring;
    // What is not plain must be parsed, and so must a change of the size.
    const isPlain = this.#plainFrom <= this.#parsed &&
      this.#sizes.endOf(this.#parsed) === Infinity;
    if (!isPlain || ring.end < this.#retryAt) return;
    this.#retryAt = ring.end + LAG_BYTES / 2;
    this.#resize(this.#sizes.at(this.#parsed));
    const lines = this.#opened().linesThatReplace();
    if (lines === undefined) return;
    const waiting = this.#waiting();
    const start = startOfLines(waiting, lines);
    const { rows } = this.#size;
    if (start < SLICE_BYTES || !hasLines(waiting.subarray(0, start), rows)) {
      return;
    }
    this.#opened().skipLines();
    this.#parsed += start;
    this.#retryAt = 0;
  }

  /** What was not parsed yet, in one piece. */
  #waiting(): Uint8Array {
    const ring = this.#ring;
    const bytes = new Uint8Array(ring.end - this.#parsed);
    for (let at = 0; at < bytes.length;) {
      const view = ring.view(this.#parsed + at, bytes.length - at);
      bytes.set(view, at);
      at += view.length;
    }
    return bytes;
  }
}
