/**
 * The input that waits for a terminal, in order.
 *
 * @module
 */
import type { Clock, Timer } from "../actor/mod.ts";

/** Where input goes. It may take a part of it, or nothing for a while. */
export interface InputTarget {
  /** Writes what fits now; returns how many bytes, and 0 or less for none. */
  write(bytes: Uint8Array): number;
  /** Resolves when more may fit, and within some milliseconds in any case. */
  writable(): Promise<void>;
}

/** A write that the target has not taken whole. */
interface PendingWrite {
  readonly bytes: Uint8Array;
  readonly done: (error?: unknown) => void;
  /** Bytes that the target has taken. */
  taken: number;
}

/** Most bytes of one write to the target, which may take all of them. */
const PIECE_BYTES = 65_536;
/** Bytes after which others get their turn, however much the target takes. */
const TURN_BYTES = 262_144;
/** Milliseconds to the first attempt at a target that takes nothing. */
const FIRST_RETRY_MS = 1;
/** Most milliseconds to the next attempt, after twice as many each time. */
const LAST_RETRY_MS = 32;

/**
 * Writes input to a target that may be full. As long as the target takes
 * something, it waits on `writable`; when that was in vain, it tries again after
 * a delay that doubles up to {@linkcode LAST_RETRY_MS}. So input arrives whether
 * or not the target reports that it has room.
 */
export class InputWriter {
  readonly #target: InputTarget;
  readonly #clock: Clock;
  readonly #writes: PendingWrite[] = [];
  #waitingBytes = 0;
  /** Whether an attempt is being made, or will be. */
  #isBusy = false;
  #isClosed = false;
  #retryMs = FIRST_RETRY_MS;
  #retry: Timer | undefined;

  /** A writer with nothing to write. */
  constructor(target: InputTarget, clock: Clock) {
    this.#target = target;
    this.#clock = clock;
  }

  /** Bytes that the target has not taken. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /**
   * Writes bytes after those written before. `done` is called once: when the
   * target has taken all of them, or with the reason why it will not. It may be
   * called before this returns.
   */
  write(bytes: Uint8Array, done: (error?: unknown) => void): void {
    if (this.#isClosed) return done(new Error("The terminal is closed"));
    // A key is taken at once, and needs no place among those that wait.
    if (!this.#isBusy && bytes.length <= PIECE_BYTES) {
      const taken = bytes.length === 0
        ? 0
        : Math.max(0, this.#target.write(bytes));
      if (taken === bytes.length) return done();
      this.#enqueue({ bytes, done, taken });
      return this.#waitForRoom(taken > 0);
    }
    this.#enqueue({ bytes, done, taken: 0 });
    if (!this.#isBusy) this.#attempt();
  }

  #enqueue(write: PendingWrite): void {
    this.#writes.push(write);
    this.#waitingBytes += write.bytes.length - write.taken;
  }

  /**
   * Gives up what waits: calls `done` of each write with an error that `why`
   * makes of the bytes that were not taken. Returns the sum of these.
   */
  drop(why: (bytes: number) => unknown): number {
    const dropped = this.#waitingBytes;
    this.#waitingBytes = 0;
    for (const { bytes, done, taken } of this.#writes.splice(0)) {
      done(why(bytes.length - taken));
    }
    // What is written next need not wait as long as what was dropped.
    if (this.#retry !== undefined) {
      this.#cancelRetry();
      this.#isBusy = false;
    }
    return dropped;
  }

  /** Gives up what waits, and all that is written from now on. */
  close(): void {
    this.#isClosed = true;
    this.drop(() => new Error("The terminal was closed"));
  }

  #attempt(): void {
    this.#isBusy = true;
    this.#waitForRoom(this.#writeSome());
  }

  /** Waits for room, unless all was taken. */
  #waitForRoom(progress: boolean): void {
    this.#isBusy = this.#writes.length > 0;
    if (!this.#isBusy) {
      this.#retryMs = FIRST_RETRY_MS;
    } else if (progress) {
      this.#retryMs = FIRST_RETRY_MS;
      this.#target.writable().then(() => this.#attempt());
    } else {
      this.#retry = this.#clock.schedule(this.#retryMs, () => {
        this.#retry = undefined;
        this.#attempt();
      });
      this.#retryMs = Math.min(this.#retryMs * 2, LAST_RETRY_MS);
    }
  }

  /**
   * Writes until the target is full, or others should get their turn. Returns
   * whether it took anything.
   */
  #writeSome(): boolean {
    let budget = TURN_BYTES;
    for (
      let write = this.#writes[0];
      write !== undefined;
      write = this.#writes[0]
    ) {
      const { bytes, taken, done } = write;
      if (taken < bytes.length) {
        if (budget <= 0) break;
        const piece = taken === 0 && bytes.length <= PIECE_BYTES
          ? bytes
          : bytes.subarray(taken, taken + PIECE_BYTES);
        const count = this.#target.write(piece);
        if (count <= 0) break;
        write.taken += count;
        this.#waitingBytes -= count;
        budget -= count;
        if (write.taken < bytes.length) continue;
      }
      this.#writes.shift();
      done();
    }
    return budget < TURN_BYTES;
  }

  #cancelRetry(): void {
    this.#retry?.cancel();
    this.#retry = undefined;
    this.#retryMs = FIRST_RETRY_MS;
  }
}
