/**
 * A descriptor for the input of a terminal: Deno's own stream stops writing to
 * a terminal for good once that was full. It is a duplicate, closed only here,
 * so that nothing is ever written to a number that was closed and reused.
 *
 * @module
 */
import {
  type Libc,
  releaseLibc,
  type System,
  system,
  useLibc,
} from "./libc.ts";
import type { InputTarget } from "./input_writer.ts";

/** Milliseconds for which a thread waits until the terminal has room. */
const POLL_MS = 10;
/** `POLLOUT`, which is the same on Linux and macOS. */
const POLLOUT = 4;

/** The input of one terminal, until it is closed. */
export class InputDescriptor implements InputTarget {
  readonly #libc: Libc;
  readonly #system: System;
  readonly #path: Uint8Array<ArrayBuffer>;
  readonly #fd: number;
  /** The `struct pollfd` of the descriptor. */
  readonly #pollfd: Uint8Array<ArrayBuffer> = new Uint8Array(8);
  /** Settles when no thread waits for room any more. */
  #polling: Promise<void> | undefined;
  #isClosed = false;

  /**
   * Opens the input of the terminal whose controlling side is `fd`, and whose
   * other side has a path.
   *
   * @throws {Error} if there are no descriptors left.
   */
  constructor(fd: number, path: string) {
    this.#system = system();
    this.#libc = useLibc();
    this.#path = new TextEncoder().encode(`${path}\0`);
    const { dup, ioctl } = this.#libc;
    this.#fd = dup(fd);
    if (this.#fd < 0) {
      releaseLibc();
      throw new Error("There are too many open files: close some");
    }
    ioctl(this.#fd, this.#system.closeOnExec);
    const view = new DataView(this.#pollfd.buffer);
    view.setInt32(0, this.#fd, true);
    view.setInt16(4, POLLOUT, true);
  }

  /** The descriptor; `undefined` when it is closed. */
  get fd(): number | undefined {
    return this.#isClosed ? undefined : this.#fd;
  }

  /** Writes what fits; an end of the terminal is reported by its output. */
  write(bytes: Uint8Array<ArrayBuffer>): number {
    if (this.#isClosed) return 0;
    const { write } = this.#libc;
    return Number(write(this.#fd, bytes, BigInt(bytes.length)));
  }

  /** Resolves when there is room, or after {@linkcode POLL_MS}. */
  writable(): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    const { poll } = this.#libc;
    return this.#polling = poll(this.#pollfd, 1n, POLL_MS).then(() => {
      this.#polling = undefined;
    });
  }

  /**
   * Whether the terminal makes a byte a signal that discards what was typed
   * before, as it is set now.
   */
  isSignalKey(byte: number): boolean {
    const { keys, isig, noflsh, disabled } = this.#system.termios;
    const settings = this.#settings();
    if (settings === undefined || byte === disabled) return false;
    const { flags, characters } = settings;
    if ((flags & isig) === 0 || (flags & noflsh) !== 0) return false;
    return keys.some((index) => characters[index] === byte);
  }

  /**
   * Discards the input that the kernel holds for the program, as a key that
   * is a signal does, unless the terminal is set to keep it.
   */
  discard(): void {
    const { noflsh } = this.#system.termios;
    const settings = this.#settings();
    if (settings === undefined || (settings.flags & noflsh) !== 0) return;
    const { open, tcflush, close } = this.#libc;
    const side = open(this.#path, this.#system.openFlags);
    if (side < 0) return;
    tcflush(side, this.#system.inputQueue);
    close(side);
  }

  /** Closes the descriptor at once; resolves when no thread uses it. */
  close(): Promise<void> | undefined {
    if (this.#isClosed) return this.#polling;
    this.#isClosed = true;
    this.#libc.close(this.#fd);
    if (this.#polling === undefined) return void releaseLibc();
    return this.#polling = this.#polling.then(releaseLibc);
  }

  /** The local flags and the special characters of the terminal. */
  #settings(): { flags: number; characters: Uint8Array } | undefined {
    const { bytes, flagsAt, charactersAt } = this.#system.termios;
    if (this.#isClosed) return undefined;
    const termios = new Uint8Array(bytes);
    if (this.#libc.tcgetattr(this.#fd, termios) !== 0) return undefined;
    return {
      flags: new DataView(termios.buffer).getUint32(flagsAt, true),
      characters: termios.subarray(charactersAt),
    };
  }
}
