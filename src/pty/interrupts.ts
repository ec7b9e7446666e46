/**
 * What interrupts a program, and so discards the input that waits for it.
 *
 * @module
 */
import type { SignalName } from "./pty.ts";

const SIGNALS: ReadonlySet<SignalName> = new Set([
  "SIGINT",
  "SIGQUIT",
  "SIGTSTP",
]);
/** Control characters that are typed all the time, and are no signals. */
const COMMON: ReadonlySet<number> = new Set([0x09, 0x0a, 0x0d, 0x1b]);

/** Whether a signal is one of those that a terminal sends for a key. */
export function isInterrupt(signal: SignalName): boolean {
  return SIGNALS.has(signal);
}

/**
 * Returns the key if these bytes are one that a terminal may make a signal: a
 * control character that is typed alone. A pasted text may contain any.
 */
export function controlKey(bytes: Uint8Array): number | undefined {
  const key = bytes.length === 1 ? bytes[0] : undefined;
  return key !== undefined && key < 0x20 && !COMMON.has(key) ? key : undefined;
}
