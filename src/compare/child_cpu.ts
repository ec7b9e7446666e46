/**
 * The CPU time of child processes, as the operating system counts it.
 *
 * @module
 */
import { CompareError } from "./errors.ts";

const LIBRARIES: Partial<Record<typeof Deno.build.os, string>> = {
  linux: "libc.so.6",
  darwin: "libSystem.dylib",
};

const RUSAGE_CHILDREN = -1;

/** Reads the CPU time of all child processes that have ended. */
export class ChildCpu implements Disposable {
  readonly #library;
  readonly #usage = new DataView(new ArrayBuffer(144));

  /**
   * Opens the system's library. Needs `--allow-ffi`.
   *
   * @throws {CompareError} if the CPU time cannot be read.
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
        "Cannot measure cpu: getrusage of the system is not available, measure wall or a field of the output",
        { cause },
      );
    }
  }

  /**
   * Returns the seconds, user and system, of all children that have ended and
   * been waited for, including their own children. Between two reads they grow
   * by those of one command only if no other child ends meanwhile.
   */
  seconds(): number {
    this.#library.symbols.getrusage(RUSAGE_CHILDREN, this.#usage);
    return this.#time(0) + this.#time(16);
  }

  /** Closes the system's library. */
  [Symbol.dispose](): void {
    this.#library.close();
  }

  /**
   * Reads a `struct timeval`; its microseconds have 32 or 64 bits by system.
   */
  #time(offset: number): number {
    return Number(this.#usage.getBigInt64(offset, true)) +
      this.#usage.getInt32(offset + 8, true) / 1e6;
  }
}
