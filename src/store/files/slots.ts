/**
 * How many things are under way at once, at most.
 *
 * @module
 */
import { StoreBusyError } from "../errors.ts";

/** A number of places. */
export class Slots {
  readonly #max: number;
  #taken = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** Places that are taken. */
  get taken(): number {
    return this.#taken;
  }

  /**
   * Takes a place, until it is disposed.
   *
   * @throws {StoreBusyError} if there is none.
   */
  take(): Disposable {
    if (this.#taken >= this.#max) {
      throw new StoreBusyError(
        `Cannot transfer the file: ${this.#max} are on their way already, come back later or raise maxTransfers`,
      );
    }
    this.#taken++;
    let isTaken = true;
    return {
      [Symbol.dispose]: () => {
        if (isTaken) this.#taken--;
        isTaken = false;
      },
    };
  }
}

/** Returns a stream that has a place until it is over. */
export function countedBody(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  slot: Disposable,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = body.getReader();
  return new ReadableStream({
    pull: async (controller) => {
      try {
        const { done, value } = await reader.read();
        if (!done) return controller.enqueue(value);
        slot[Symbol.dispose]();
        controller.close();
      } catch (error) {
        slot[Symbol.dispose]();
        throw error;
      }
    },
    cancel: async (reason) => {
      slot[Symbol.dispose]();
      await reader.cancel(reason);
    },
  }, { highWaterMark: 0 });
}
