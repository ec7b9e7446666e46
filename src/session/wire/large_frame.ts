/**
 * A DATA frame that is larger than what a socket reads at a time. Its payload
 * is read straight to where it belongs: into the buffer of the reader who waits
 * for it, which is on loan meanwhile, or into one of its own.
 *
 * A pending read of a socket cannot be cancelled. So a loan is over when that
 * read has returned, and not before: until then nobody else may have the buffer.
 *
 * @module
 */

/** Bytes that are reserved for a length that is announced. */
const FIRST_BYTES = 131_072;

/** What a {@linkcode LargeFrame} needs of whoever it is for. */
export interface LargeFrameOwner {
  /** Called when the rest will not come over this socket. */
  onLost(frame: LargeFrame): void;
  /** Called when the reader's buffer was transferred while it was on loan. */
  onSpoiled(frame: LargeFrame): void;
}

/** A large frame that is arriving. */
export class LargeFrame {
  readonly flags: number;
  /** Bytes of the payload. */
  readonly length: number;
  /** Whether the payload goes into the buffer of a reader. */
  readonly isLoan: boolean;
  readonly #owner: LargeFrameOwner;
  #bytes: Uint8Array;
  #filled = 0;
  #isCancelled = false;
  #isReturned = false;
  #waiting: (() => void)[] = [];

  /** A frame that goes into `loan`, which has its length, or a new buffer. */
  constructor(
    flags: number,
    length: number,
    loan: Uint8Array | undefined,
    owner: LargeFrameOwner,
  ) {
    this.flags = flags;
    this.length = length;
    this.isLoan = loan !== undefined;
    this.#bytes = loan ?? new Uint8Array(Math.min(length, FIRST_BYTES));
    this.#owner = owner;
  }

  /** The payload, once all of it has arrived. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /**
   * Returns where the socket must read into, or `undefined` when nobody wants
   * the rest.
   */
  space(): Uint8Array | undefined {
    if (!this.#isCancelled && this.#bytes.length === 0) {
      this.#owner.onSpoiled(this);
    }
    if (this.#isCancelled) {
      this.#return();
      return undefined;
    }
    return this.#bytes.subarray(this.#filled);
  }

  /** Takes `count` bytes that have arrived in `space()`. */
  advance(count: number): void {
    this.#filled += count;
    if (this.#isCancelled || this.#filled === this.length) this.#return();
    else if (!this.isLoan && this.#filled === this.#bytes.length) {
      const { buffer } = this.#bytes;
      // What has arrived so far is worth the rest.
      this.#bytes = new Uint8Array(
        (buffer as ArrayBuffer).transfer(this.length),
      );
    }
  }

  /** Called when the socket has ended, and no read of it is pending. */
  lost(): void {
    this.#return();
    this.#owner.onLost(this);
  }

  /** Lets the rest be dropped. */
  cancel(): void {
    this.#isCancelled = true;
    if (!this.isLoan) this.#bytes = new Uint8Array(0);
  }

  /** Calls `settle` when the buffer is the reader's again; maybe at once. */
  afterLoan(settle: () => void): void {
    if (this.#isReturned || !this.isLoan) settle();
    else this.#waiting.push(settle);
  }

  #return(): void {
    this.#isReturned = true;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const settle of waiting) settle();
  }
}
