/**
 * Functions of the C library for PTYs that the native add-on lacks. The
 * library is opened for each call, which takes some 0.2 ms: left open, it would
 * count as leaked. All throw {@linkcode PtyPlatformError} on systems without
 * PTYs.
 *
 * @module
 */
import { PtyPlatformError } from "./errors.ts";

const SYMBOLS = {
  ioctl: { parameters: ["i32", "u64"], result: "i32" },
  tcgetpgrp: { parameters: ["i32"], result: "i32" },
  killpg: { parameters: ["i32", "i32"], result: "i32" },
} as const;

/** The values that differ between systems. */
interface System {
  readonly library: string;
  /** The number of `FIOCLEX`. */
  readonly closeOnExec: bigint;
}

const SYSTEMS: Readonly<Record<string, System>> = {
  linux: { library: "libc.so.6", closeOnExec: 0x5451n },
  darwin: { library: "libSystem.B.dylib", closeOnExec: 0x20006601n },
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

function withLibc<T>(
  call: (symbols: Deno.DynamicLibrary<typeof SYMBOLS>["symbols"]) => T,
): T {
  const libc = Deno.dlopen(system().library, SYMBOLS);
  try {
    return call(libc.symbols);
  } finally {
    libc.close();
  }
}

function system(): System {
  const found = SYSTEMS[Deno.build.os];
  if (found !== undefined) return found;
  throw new PtyPlatformError(
    `Cannot open a PTY: ${Deno.build.os} is not supported, use Linux or macOS`,
  );
}
