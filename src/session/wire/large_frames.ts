/**
 * The large frames of one stream, of which one at a time arrives.
 *
 * @module
 */
import type { Arrivals } from "./arrivals.ts";
import { LargeFrame, type LargeFrameOwner } from "./large_frame.ts";
import type { PendingRead } from "./pending_read.ts";
import { DataFlag, FRAME_COST } from "./protocol.ts";

/** Takes large frames from their headers to their ends. */
export class LargeFrames implements LargeFrameOwner {
  readonly #all: Arrivals;
  #frame: LargeFrame | undefined;

  constructor(all: Arrivals) {
    this.#all = all;
    all.onDrop = () => this.cancel();
  }

  /**
   * Takes the header of a frame, whose credit is counted. Returns where its
   * payload goes; `undefined` if nobody wants it.
   */
  begin(flags: number, length: number): LargeFrame | undefined {
    const { reader, partial, port: { options: { maxMessageBytes } } } =
      this.#all;
    if (reader?.whole) {
      const limit = reader.into?.length ?? maxMessageBytes;
      if (partial.length + length > limit) {
        this.#all.tooLarge(limit);
        return undefined;
      }
    }
    const into = reader && loan(reader, partial.length, length);
    const frame = this.#frame = new LargeFrame(flags, length, into, this);
    if (into !== undefined && reader !== undefined) reader.loan = frame;
    return frame;
  }

  /** Hands the frame on, all of which is here, and returns its flags. */
  end(): number {
    const frame = this.#frame;
    if (frame === undefined) return 0;
    this.#frame = undefined;
    const { flags, length, bytes, isLoan } = frame;
    const isEnd = (flags & DataFlag.END) !== 0;
    const { reader } = this.#all;
    if (!isLoan) this.#all.takeOwn(bytes, isEnd);
    else if (reader?.into !== undefined) {
      this.#all.consume(length + FRAME_COST);
      if (!reader.whole) {
        this.#all.reader = undefined;
        reader.resolve(reader.into.subarray(0, length));
      } else {
        this.#all.partial.extend(reader.into, length);
        if (!isEnd) return flags;
        this.#all.reader = undefined;
        reader.resolve(this.#all.partial.take());
      }
    }
    return flags;
  }

  /** Drops what is arriving: the stream has ended, or nobody reads it. */
  cancel(): void {
    this.#frame?.cancel();
    this.#frame = undefined;
  }

  /**
   * Forgets what has arrived of a frame: another socket brings all of it. The
   * last one may still write to the reader's buffer, so the reader's message
   * goes on in another, and is moved when it can be.
   */
  revoke(): void {
    const frame = this.#frame;
    if (frame === undefined) return;
    this.onLost(frame);
    frame.cancel();
    const { reader, partial } = this.#all;
    const { into } = reader ?? {};
    if (!frame.isLoan || reader === undefined || into === undefined) return;
    const other = new Uint8Array(into.length);
    if (partial.length > 0) partial.into(other);
    this.#all.reader = {
      ...reader,
      into: other,
      loan: undefined,
      resolve: (bytes) =>
        frame.afterLoan(() => {
          if (bytes !== undefined) into.set(bytes);
          reader.resolve(bytes && into.subarray(0, bytes.length));
        }),
      reject: (error) => frame.afterLoan(() => reader.reject(error)),
    };
  }

  onLost(frame: LargeFrame): void {
    if (frame !== this.#frame) return;
    this.#frame = undefined;
    this.#all.credit.takeBack(frame.length);
  }

  onSpoiled(frame: LargeFrame): void {
    frame.cancel();
    if (frame === this.#frame) this.#all.tooLarge(0);
  }
}

/** Returns the part of a reader's buffer that a frame can be read into. */
function loan(
  reader: PendingRead,
  partial: number,
  length: number,
): Uint8Array | undefined {
  const { into, whole, isCancellable } = reader;
  // Whoever cancels a read has the buffer back at once.
  if (into === undefined || isCancellable) return undefined;
  const { buffer } = into;
  if (!(buffer instanceof ArrayBuffer) || buffer.resizable) return undefined;
  const start = whole ? partial : 0;
  // Bytes count once their frame is whole, so there must be room for all of it.
  if (start + length > into.length) return undefined;
  return into.subarray(start, start + length);
}
