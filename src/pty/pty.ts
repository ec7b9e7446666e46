/**
 * A program on a pseudo terminal, whatever makes it.
 *
 * @module
 */
import type { PtyError } from "./errors.ts";
import type { PtySize } from "./size.ts";

/** The name of a signal, such as `"SIGINT"`. */
export type SignalName = `SIG${string}`;

/** What is to run. */
export interface PtyCommand {
  /** A path, or a name that is looked for in `PATH`. */
  readonly command: string;
  /**
   * Its arguments.
   * @default {[]}
   */
  readonly args?: readonly string[];
  /**
   * The directory in which it starts.
   * @default {the current one}
   */
  readonly cwd?: string;
  /**
   * Its environment, to which `TERM` and `PWD` are added. Without it, that of
   * this process, for which `--allow-env` is needed.
   */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * What the terminal calls itself.
   * @default {"xterm-256color"}
   */
  readonly term?: string;
  /**
   * The size of the terminal in the beginning.
   * @default {{ columns: 80, rows: 24 }}
   */
  readonly size?: PtySize;
}

/** How a program has ended. */
export interface PtyExit {
  /** Its exit code; `undefined` when a signal ended it. */
  readonly code: number | undefined;
  /** The signal that ended it. */
  readonly signal: SignalName | undefined;
  /** Why the program could not even be executed. */
  readonly error: PtyError | undefined;
}

/** Who is told what a PTY does. */
export interface PtyListener {
  /** Bytes of output; they may be reused afterwards. */
  output(bytes: Uint8Array): void;
  /** There will be no more output. The program may still run. */
  closed(): void;
  /** The program has ended and is reaped. There may still be output. */
  exited(): void;
}

/** A program on a pseudo terminal. */
export interface Pty {
  /** The process id, which is also that of its process group. */
  readonly pid: number;
  /** Bytes of input that the program has not taken. */
  readonly waitingBytes: number;
  /** How the program has ended; final when both are told of. */
  readonly exit: PtyExit | undefined;
  /** Begins to read; called once. */
  start(listener: PtyListener): void;
  /** Stops reading: the program waits when the kernel's buffer is full. */
  pause(): void;
  /** Goes on reading. */
  resume(): void;
  /**
   * Writes after all that was written before. `done` is called once, when the
   * kernel has taken everything or with the reason why it has not; until then
   * the bytes are in use.
   */
  write(bytes: Uint8Array, done: (error?: unknown) => void): void;
  /** Sets the size, which the kernel tells the program with `SIGWINCH`. */
  resize(size: PtySize): void;
  /** The process group in the foreground, or that of the program. */
  foreground(): number;
  /**
   * Sends a signal to a process group; 0 only looks. Answers whether somebody
   * is there who could get it.
   */
  signal(group: number, signal: SignalName | 0): boolean;
  /** Closes the terminal: who is left on it gets `SIGHUP`. */
  close(): void;
}
