/**
 * How workers agree on the ports that were left to the system: the first that
 * opens one tells the others through shared memory, because `listen` cannot wait
 * for a message. The n-th port 0 of one worker is the n-th of each other, and of
 * those that are started in its place.
 *
 * @module
 */
import { TroupeError } from "../actor/mod.ts";

/** Ports that may be left to the system. */
const SLOTS = 256;
/** A worker is opening this port. */
const OPENING = -1;
/** Milliseconds until a worker that opens a port counts as lost. */
const OPEN_MS = 10_000;

/** Returns the memory in which the workers of a program agree. */
export function portMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(SLOTS * Int32Array.BYTES_PER_ELEMENT);
}

/** The ports of one worker that it shares with others. */
export class SharedPorts {
  readonly #slots: Int32Array<SharedArrayBuffer>;
  readonly #mayOpen: boolean;
  #next = 0;

  /** @param mayOpen Whether this worker opens ports, or learns them alone. */
  constructor(memory: SharedArrayBuffer, mayOpen: boolean) {
    this.#slots = new Int32Array(memory);
    this.#mayOpen = mayOpen;
  }

  /**
   * Opens a port as `open` does, which returns what it has opened and its port.
   *
   * @param port 0 for the one that the workers agree on.
   */
  agree<T>(port: number, open: (port: number) => readonly [T, number]): T {
    if (port !== 0) return open(port)[0];
    const slots = this.#slots;
    const slot = this.#next++;
    if (slot >= SLOTS) {
      throw new TroupeError(
        `Cannot share a port: ${SLOTS} were left to the system already, give a number`,
      );
    }
    while (true) {
      const known = Atomics.load(slots, slot);
      if (known > 0) return open(known)[0];
      if (known === 0 && this.#mayOpen) {
        if (Atomics.compareExchange(slots, slot, 0, OPENING) !== 0) continue;
        let opened = 0;
        try {
          const [result, port] = open(0);
          opened = port;
          return result;
        } finally {
          Atomics.store(slots, slot, opened);
          Atomics.notify(slots, slot);
        }
      }
      if (Atomics.wait(slots, slot, known, OPEN_MS) !== "timed-out") continue;
      // Whoever was opening it has ended in the middle.
      if (this.#mayOpen) Atomics.compareExchange(slots, slot, OPENING, 0);
      else {
        throw new TroupeError(
          "Cannot share a port: the first worker has not opened it",
        );
      }
    }
  }
}
