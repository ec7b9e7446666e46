/**
 * What the C library does for a PTY and the native add-on does not. It is
 * opened for each call, some 0.2 ms: what is left open counts as leaked. All
 * throw {@linkcode PtyPlatformError} where there are no PTYs.
 *
 * @module
 */
import { PtyPlatformError } from "./errors.ts";

const SYMBOLS = {
  ioctl: { parameters: ["i32", "u64"], result: "i32" },
  tcgetpgrp: { parameters: ["i32"], result: "i32" },
  killpg: { parameters: ["i32", "i32"], result: "i32" },
} as const;

/** What differs between systems. */
interface System {
  readonly library: string;
  /** The number of `FIOCLEX`. */
  readonly closeOnExec: bigint;
}

const SYSTEMS: Readonly<Record<string, System>> = {
  linux: { library: "libc.so.6", closeOnExec: 0x5451n },
  darwin: { library: "libSystem.B.dylib", closeOnExec: 0x20006601n },
};

/** Keeps a descriptor from the programs that this process starts. */
export function closeOnExec(fd: number): void {
  const { closeOnExec } = system();
  withLibc(({ ioctl }) => ioctl(fd, closeOnExec));
}

/** The process group in the foreground of a terminal; under 1 for none. */
export function foregroundGroup(fd: number): number {
  return withLibc(({ tcgetpgrp }) => tcgetpgrp(fd));
}

/** Sends a signal to a process group; answers whether somebody could get it. */
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
    `Cannot make a PTY: there is none on ${Deno.build.os}, use Linux or macOS`,
  );
}
