/**
 * What one client has published and the bus has not taken, as subscribers have
 * no room or a stream has not kept it.
 *
 * @module
 */
import { Ring } from "../../../actor/internal.ts";
import { MAX_PENDING } from "../protocol.ts";

/** Bytes of it, until no more is read. */
const MAX_BYTES = 4_194_304;

/** A point that is passed when all before it is taken. */
interface Point {
  readonly after: number;
  readonly passed: () => void;
}

/** When there is room again. */
interface Bound {
  readonly enough: number;
  readonly bytes: number;
}

/** What the bus has not taken, in the order in which it came. */
export class Untaken {
  readonly #waiting = new Map<number, Promise<unknown>>();
  readonly #points = new Ring<Point>();
  #bytes = 0;
  #last = 0;
  /** Set while somebody waits until there are no more than `enough`. */
  #room: (PromiseWithResolvers<void> & Bound) | undefined;

  /** Notes one more. */
  add(taken: Promise<unknown>, bytes: number): void {
    const number = ++this.#last;
    this.#waiting.set(number, taken);
    this.#bytes += bytes;
    const over = (): void => {
      this.#waiting.delete(number);
      this.#bytes -= bytes;
      this.#pass();
      this.#wake();
    };
    taken.then(over, over);
  }

  /** Calls `passed` when all that was noted before is taken. */
  whenTaken(passed: () => void): void {
    this.#points.push({ after: this.#last, passed });
    this.#pass();
  }

  /**
   * Returns what to wait for when there are `most`, until there are no more than
   * `enough`; nothing if there are fewer.
   */
  untilRoom(
    most: number,
    enough: number = most - 1,
  ): Promise<void> | undefined {
    const hasRoom = this.#waiting.size < most && this.#bytes < MAX_BYTES &&
      this.#points.length < MAX_PENDING;
    if (hasRoom) return undefined;
    // No race of all: each would leave something at those that wait for long.
    this.#room ??= {
      enough,
      bytes: MAX_BYTES * enough / most,
      ...Promise.withResolvers<void>(),
    };
    return this.#room.promise;
  }

  #wake(): void {
    const room = this.#room;
    if (room === undefined || this.#waiting.size > room.enough) return;
    if (this.#bytes > room.bytes || this.#points.length >= MAX_PENDING) return;
    this.#room = undefined;
    room.resolve();
  }

  /** Resolves when all of it is taken, or is not to be. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#waiting.values());
  }

  #pass(): void {
    const [oldest = Infinity] = this.#waiting.keys();
    for (;;) {
      const point = this.#points.peek();
      if (point === undefined || point.after >= oldest) return;
      this.#points.shift();
      point.passed();
    }
  }
}
