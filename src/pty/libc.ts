/**
 * Functions of the C library for PTYs that the native add-on lacks. Opening the
 * library takes milliseconds, and 80 kB for the calls that are compiled then:
 * so all terminals share it. It is open as long as one of them uses it, and
 * otherwise for each call; left open, it would count as leaked. All throw
 * {@linkcode PtyPlatformError} on systems without PTYs.
 *
 * @module
 */
import { PtyPlatformError } from "./errors.ts";

const SYMBOLS = {
  ioctl: { parameters: ["i32", "u64"], result: "i32" },
  tcgetpgrp: { parameters: ["i32"], result: "i32" },
  killpg: { parameters: ["i32", "i32"], result: "i32" },
  access: { parameters: ["buffer", "i32"], result: "i32" },
  dup: { parameters: ["i32"], result: "i32" },
  write: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  poll: {
    parameters: ["buffer", "usize", "i32"],
    result: "i32",
    nonblocking: true,
  },
  tcgetattr: { parameters: ["i32", "buffer"], result: "i32" },
  open: { parameters: ["buffer", "i32"], result: "i32" },
  tcflush: { parameters: ["i32", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
} as const;

/** The functions of the C library. */
export type Libc = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

/** The number of `X_OK`. */
const EXECUTE = 1;

/** The library while somebody uses it. */
let library: Deno.DynamicLibrary<typeof SYMBOLS> | undefined;
let users = 0;

/** The values that differ between systems. */
export interface System {
  /** The file of the C library. */
  readonly library: string;
  /** The number of `FIOCLEX`. */
  readonly closeOnExec: bigint;
  /** `O_RDWR | O_NOCTTY | O_CLOEXEC`. */
  readonly openFlags: number;
  /** The number of `TCIFLUSH`. */
  readonly inputQueue: number;
  /** The layout of `struct termios`. */
  readonly termios: {
    readonly bytes: number;
    readonly flagsAt: number;
    readonly charactersAt: number;
    /** The flag that makes keys signals. */
    readonly isig: number;
    /** The flag that keeps input when a key is a signal. */
    readonly noflsh: number;
    /** Indexes of the characters for `SIGINT`, `SIGQUIT` and `SIGTSTP`. */
    readonly keys: readonly number[];
    /** What stands for "no character". */
    readonly disabled: number;
  };
}

const SYSTEMS: Readonly<Record<string, System>> = {
  linux: {
    library: "libc.so.6",
    closeOnExec: 0x5451n,
    openFlags: 0x80102,
    inputQueue: 0,
    termios: {
      bytes: 60,
      flagsAt: 12,
      charactersAt: 17,
      isig: 0x1,
      noflsh: 0x80,
      keys: [0, 1, 10],
      disabled: 0,
    },
  },
  darwin: {
    library: "libSystem.B.dylib",
    closeOnExec: 0x20006601n,
    openFlags: 0x1020002,
    inputQueue: 1,
    termios: {
      bytes: 72,
      flagsAt: 24,
      charactersAt: 32,
      isig: 0x80,
      noflsh: 0x80000000,
      keys: [8, 9, 10],
      disabled: 0xff,
    },
  },
};

/** Keeps a descriptor from being inherited by programs started later. */
export function closeOnExec(fd: number): void {
  const { closeOnExec } = system();
  withLibc(({ ioctl }) => ioctl(fd, closeOnExec));
}

/** Returns the foreground process group of a terminal; below 1 for none. */
export function foregroundGroup(fd: number): number {
  return withLibc(({ tcgetpgrp }) => tcgetpgrp(fd));
}

/**
 * Sends a signal to a process group; returns whether a process could get it.
 */
export function killGroup(group: number, signal: number): boolean {
  return withLibc(({ killpg }) => killpg(group, signal)) === 0;
}

/**
 * Returns whether this process may execute a file, or enter a directory.
 */
export function mayExecute(path: string): boolean {
  const name = new TextEncoder().encode(`${path}\0`);
  return withLibc(({ access }) => access(name, EXECUTE)) === 0;
}

/**
 * Returns the functions of the C library, which stay open until as many calls
 * of {@linkcode releaseLibc} have followed.
 */
export function useLibc(): Libc {
  library ??= Deno.dlopen(system().library, SYMBOLS);
  users++;
  return library.symbols;
}

/** Closes the C library, unless somebody else uses it. */
export function releaseLibc(): void {
  if (--users > 0) return;
  library?.close();
  library = undefined;
}

/** Returns the values of this system. */
export function system(): System {
  const found = SYSTEMS[Deno.build.os];
  if (found !== undefined) return found;
  throw new PtyPlatformError(
    `Cannot open a PTY: ${Deno.build.os} is not supported, use Linux or macOS`,
  );
}

function withLibc<T>(call: (libc: Libc) => T): T {
  const libc = useLibc();
  try {
    return call(libc);
  } finally {
    releaseLibc();
  }
}
