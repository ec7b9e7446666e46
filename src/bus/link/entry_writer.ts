/**
 * Writes entries into blocks, and sends a block as one message: when the turn
 * is over, or when it is full. So a message costs what its bytes cost, and no
 * promise.
 *
 * @module
 */
import { BLOCK_BYTES } from "./protocol.ts";

/** What carries the blocks; a logical connection is one. */
export interface BlockCarrier {
  /** Sends a block. Resolves when `block` may be reused. */
  send(block: Uint8Array): Promise<void>;
}

/** Bytes that may wait for the session before a writer has no room. */
const MAX_WAITING_BYTES = 4 * BLOCK_BYTES;
/** Buffers that are kept for the blocks that come next. */
const MAX_FREE = 16;
/** Bytes of the first buffer: most connections never need a larger one. */
const FIRST_BYTES = 512;

const encoder = new TextEncoder();
const ROOM: Promise<void> = Promise.resolve();

/** Returns the bytes of a number: seven bits a byte. */
export function numberBytes(value: number): number {
  let bytes = 1;
  for (; value >= 0x80; value = Math.floor(value / 0x80)) bytes++;
  return bytes;
}

/**
 * The entries that leave by one connection. Each entry is written whole between
 * a `begin` and the next: the methods in between do not wait.
 */
export class EntryWriter {
  readonly #carrier: BlockCarrier;
  readonly #schedule: (flush: () => void) => void;
  #buffer = new Uint8Array(0);
  #length = 0;
  /** Bytes that were sent, and that the session has not taken. */
  #sending = 0;
  readonly #free: Uint8Array<ArrayBuffer>[] = [];
  #isScheduled = false;
  #error: unknown;
  #room: PromiseWithResolvers<void> | undefined;
  #idle: PromiseWithResolvers<void> | undefined;
  readonly #flush = (): void => {
    this.#isScheduled = false;
    this.flush();
  };

  /**
   * @param schedule Calls what sends a block: when the microtasks are done, or
   * in the next turn where entries come one microtask after the other.
   */
  constructor(
    carrier: BlockCarrier,
    // Browsers refuse to have it called as a method of something else.
    schedule: (flush: () => void) => void = (flush) => queueMicrotask(flush),
  ) {
    this.#carrier = carrier;
    this.#schedule = schedule;
  }

  /** Why nothing more is sent; `undefined` if something can be. */
  get error(): unknown {
    return this.#error;
  }

  /** Bytes that wait for the session. */
  get waitingBytes(): number {
    return this.#sending + this.#length;
  }

  /** Whether less waits than may; nobody should write much without it. */
  get hasRoom(): boolean {
    return this.waitingBytes < MAX_WAITING_BYTES;
  }

  /** Resolves when there is room, or nothing more is sent. */
  room(): Promise<void> {
    if (this.hasRoom || this.#error !== undefined) return ROOM;
    this.#room ??= Promise.withResolvers();
    return this.#room.promise;
  }

  /** Resolves when the session has taken everything, or takes nothing more. */
  idle(): Promise<void> {
    this.flush();
    if (this.#sending === 0 || this.#error !== undefined) return ROOM;
    this.#idle ??= Promise.withResolvers();
    return this.#idle.promise;
  }

  /** Begins an entry of at most `bytes`, with its type. */
  begin(type: number, bytes: number): void {
    const { length } = this.#buffer;
    // What was made for one large entry is for no other.
    const isLarge = length > BLOCK_BYTES && this.#length > 0;
    if (isLarge || this.#length + bytes > length) this.#makeRoom(bytes);
    if (this.#length === 0 && !this.#isScheduled) {
      this.#isScheduled = true;
      this.#schedule(this.#flush);
    }
    this.#buffer[this.#length++] = type;
  }

  /** Writes one byte. */
  byte(value: number): void {
    this.#buffer[this.#length++] = value;
  }

  /** Writes a number, at most eight bytes. */
  number(value: number): void {
    const buffer = this.#buffer;
    let at = this.#length;
    while (value >= 0x80) {
      buffer[at++] = (value % 0x80) | 0x80;
      value = Math.floor(value / 0x80);
    }
    buffer[at++] = value;
    this.#length = at;
  }

  /** Writes bytes with their count, at most eight bytes more. */
  bytes(bytes: Uint8Array): void {
    this.number(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Writes text with the count of its bytes; `bytes` is what it has at most. */
  text(text: string): void {
    this.bytes(encoder.encode(text));
  }

  /** Sends what was written. */
  flush(): void {
    const length = this.#length;
    if (length === 0) return;
    const buffer = this.#buffer;
    this.#length = 0;
    if (this.#error !== undefined) return;
    this.#sending += length;
    this.#buffer = this.#free.pop() ?? EMPTY;
    this.#carrier.send(buffer.subarray(0, length)).then(
      () => this.#taken(buffer, length),
      (error) => this.fail(error),
    );
  }

  /** Notes that nothing more can be sent, so nobody waits for it. */
  fail(error: unknown): void {
    this.#error ??= error;
    this.#length = this.#sending = 0;
    this.#free.length = 0;
    this.#room?.resolve();
    this.#idle?.resolve();
    this.#room = this.#idle = undefined;
  }

  #makeRoom(bytes: number): void {
    const isSmall = this.#buffer.length < BLOCK_BYTES;
    // A buffer grows before it is sent early, as a block costs a message.
    if (isSmall && this.#length + bytes <= BLOCK_BYTES) {
      const size = Math.max(FIRST_BYTES, 4 * this.#buffer.length);
      const needed = this.#length + bytes;
      const grown = new Uint8Array(
        Math.min(BLOCK_BYTES, Math.max(size, needed)),
      );
      grown.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = grown;
      return;
    }
    this.flush();
    if (this.#buffer.length < bytes) {
      this.#buffer = new Uint8Array(Math.max(BLOCK_BYTES, bytes));
    }
  }

  #taken(buffer: Uint8Array<ArrayBuffer>, length: number): void {
    if (this.#error !== undefined) return;
    this.#sending -= length;
    // What one large message needed is not kept for small ones.
    if (buffer.length <= BLOCK_BYTES) {
      if (this.#buffer.length === 0) this.#buffer = buffer;
      else if (this.#free.length < MAX_FREE) this.#free.push(buffer);
    }
    if (this.hasRoom) {
      this.#room?.resolve();
      this.#room = undefined;
    }
    if (this.#sending === 0) {
      this.#idle?.resolve();
      this.#idle = undefined;
    }
  }
}

const EMPTY = new Uint8Array(0);
