/**
 * The last events of a stream, as the bytes that go over the wire.
 *
 * @module
 */

const encoder = new TextEncoder();

/** Encodes one event: the id with which clients come back, name and lines. */
export function encodeEvent(
  event: string,
  data: string,
  id?: string,
): Uint8Array<ArrayBuffer> {
  const lines = data.split(/\r\n|\r|\n/).map((line) => `data: ${line}\n`);
  const head = id === undefined ? "" : `id: ${id}\n`;
  return encoder.encode(`${head}event: ${event}\n${lines.join("")}\n`);
}

/** Numbered events, of which the last are kept, up to a number of bytes. */
export class SseLog {
  readonly #maxBytes: number;
  /** Events in order; those before `#head` are gone. */
  #frames: Uint8Array<ArrayBuffer>[] = [];
  #head = 0;
  #bytes = 0;
  #end = 0;

  /** Creates an empty log for at most so many bytes. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes of the events that are kept. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The number of the oldest event that is kept, or `end` if none is. */
  get start(): number {
    return this.#end - (this.#frames.length - this.#head);
  }

  /** The number of the next event; the first one has 0. */
  get end(): number {
    return this.#end;
  }

  /** Adds an event; the oldest go, even the new one if it is too long. */
  add(frame: Uint8Array<ArrayBuffer>): void {
    this.#frames.push(frame);
    this.#end++;
    this.#bytes += frame.length;
    while (this.#bytes > this.#maxBytes) {
      this.#bytes -= this.#frames[this.#head++]?.length ?? 0;
    }
    // Moved rarely, so that an event costs the same however many are kept.
    if (this.#head > this.#frames.length / 2) {
      this.#frames = this.#frames.slice(this.#head);
      this.#head = 0;
    }
  }

  /** Returns the event of a number, and those after it while they fit. */
  read(from: number, maxBytes: number): Uint8Array<ArrayBuffer>[] {
    const first = this.#head + from - this.start;
    let last = first;
    let bytes = 0;
    while (last < this.#frames.length) {
      bytes += this.#frames[last]?.length ?? 0;
      if (last > first && bytes > maxBytes) break;
      last++;
    }
    return this.#frames.slice(first, last);
  }
}
