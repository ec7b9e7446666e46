/**
 * The processor time of child processes, from the system's own books.
 *
 * @module
 */
import { CompareError } from "./errors.ts";

const LIBRARIES: Partial<Record<typeof Deno.build.os, string>> = {
  linux: "libc.so.6",
  darwin: "libSystem.dylib",
};

const RUSAGE_CHILDREN = -1;

/** Reads the processor time of all children that have ended. */
export class ChildCpu implements Disposable {
  readonly #library;
  readonly #usage = new DataView(new ArrayBuffer(144));

  /**
   * Needs `--allow-ffi`.
   *
   * @throws {CompareError} when the system cannot be asked.
   */
  constructor() {
    const name = LIBRARIES[Deno.build.os];
    try {
      if (name === undefined) {
        throw new Error(`${Deno.build.os} has no getrusage`);
      }
      this.#library = Deno.dlopen(name, {
        getrusage: { parameters: ["i32", "buffer"], result: "i32" },
      });
    } catch (cause) {
      throw new CompareError(
        "Cannot measure cpu: the system's getrusage is not to be had; measure wall, or a field of the output",
        { cause },
      );
    }
  }

  /**
   * Seconds, user and system, of all children that have ended and been waited
   * for, and theirs. They grow by those of one command only where no other
   * child ends meanwhile.
   */
  seconds(): number {
    this.#library.symbols.getrusage(RUSAGE_CHILDREN, this.#usage);
    return this.#time(0) + this.#time(16);
  }

  /** Lets go of the system's library. */
  [Symbol.dispose](): void {
    this.#library.close();
  }

  /** A `struct timeval`; its microseconds have 32 bits on one system, 64 on another. */
  #time(offset: number): number {
    return Number(this.#usage.getBigInt64(offset, true)) +
      this.#usage.getInt32(offset + 8, true) / 1e6;
  }
}
