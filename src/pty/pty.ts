/**
 * A program on a pseudo terminal, whatever implements it.
 *
 * @module
 */
import type { PtyError } from "./errors.ts";
import type { PtySize } from "./size.ts";

/** The name of a signal, such as `"SIGINT"`. */
export type SignalName = `SIG${string}`;

/** The program to run, and its terminal. */
export interface PtyCommand {
  /** Path of the program, or a name to look up in `PATH`. */
  readonly command: string;
  /**
   * Arguments of the program.
   * @default {[]}
   */
  readonly args?: readonly string[];
  /**
   * The working directory of the program.
   * @default {the current directory}
   */
  readonly cwd?: string;
  /**
   * Environment of the program, to which `TERM` and `PWD` are added. By
   * default that of this process, which needs `--allow-env`.
   */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * Type of the terminal, as the program finds it in `TERM`.
   * @default {"xterm-256color"}
   */
  readonly term?: string;
  /**
   * Size of the terminal at the start.
   * @default {{ columns: 80, rows: 24 }}
   */
  readonly size?: PtySize;
}

/** How a program has ended: with a code, or by a signal. */
export interface PtyExit {
  /** Exit code of the program; `undefined` if a signal ended it. */
  readonly code: number | undefined;
  /** The signal that ended the program, if one did. */
  readonly signal: SignalName | undefined;
  /** Why the program could not be executed, if it could not. */
  readonly error: PtyError | undefined;
}

/** Callbacks for what happens on a PTY. */
export interface PtyListener {
  /** Called with output; the bytes may be reused afterwards. */
  output(bytes: Uint8Array): void;
  /** Called when there is no more output. The program may still run. */
  closed(): void;
  /** Called when the program has ended. There may still be output. */
  exited(): void;
}

/** A program on a pseudo terminal. */
export interface Pty {
  /** The process id, which is also the id of the process group. */
  readonly pid: number;
  /** Bytes of input that the terminal has not taken yet. */
  readonly waitingBytes: number;
  /** How the program has ended; final after `closed` and `exited`. */
  readonly exit: PtyExit | undefined;
  /** Starts to read; called once. */
  start(listener: PtyListener): void;
  /** Pauses reading: the program waits when the kernel's buffer is full. */
  pause(): void;
  /** Resumes reading after a pause. */
  resume(): void;
  /**
   * Writes bytes after those written before. `done` is called once, when the
   * kernel has taken all of them or with the reason why not; until then the
   * bytes must not change.
   */
  write(bytes: Uint8Array, done: (error?: unknown) => void): void;
  /**
   * If the terminal makes a key a signal, drops the input that waits, types the
   * key, and returns how many bytes were dropped. Otherwise it does nothing.
   */
  interrupt(key: number): number | undefined;
  /**
   * Drops the input that waits, here and in the kernel, as an interrupt does.
   * Returns how many bytes waited here. `done` of the writes is called with a
   * {@linkcode PtyInterruptedError}.
   */
  dropInput(): number;
  /** Sets the size; the kernel notifies the program with `SIGWINCH`. */
  resize(size: PtySize): void;
  /** Returns the foreground process group, or that of the program. */
  foreground(): number;
  /**
   * Sends a signal to a process group; 0 only checks. Returns whether there is
   * a process that could receive it.
   */
  signal(group: number, signal: SignalName | 0): boolean;
  /** Closes the terminal: the processes that use it get `SIGHUP`. */
  close(): void;
}

/** The exit of a program that could not be ended. */
export const UNKNOWN_EXIT: PtyExit = {
  code: undefined,
  signal: undefined,
  error: undefined,
};
