/**
 * Limits of a session, with units in their names.
 *
 * @module
 */
import {
  countFrom,
  type NumberRange,
  type OptionNames,
  resolveNumbers,
} from "../checks/internal.ts";
import type { EndingLimits } from "./ending.ts";

/** Limits of one session; counts and times may be `Infinity`. */
export interface PtyLimits extends EndingLimits {
  /**
   * Bytes of output that are kept for viewers that attach again: a whole
   * number, at least 131072 more than `windowBytes`.
   * @default {262144}
   */
  readonly keptBytes?: number;
  /**
   * Bytes that a viewer may be sent before it acknowledges some, at least 1.
   * @default {131072}
   */
  readonly windowBytes?: number;
  /**
   * Bytes of input that may wait for the program, at least 1. If none waits, a
   * write of any size is accepted.
   * @default {16777216}
   */
  readonly maxInputBytes?: number;
  /**
   * Viewers that may be attached at the same time, at least 1.
   * @default {100}
   */
  readonly maxViewers?: number;
  /**
   * Milliseconds that a session lives on without a viewer.
   * @default {600000}
   */
  readonly graceMs?: number;
  /**
   * Milliseconds that a session stays when its program has ended, whether a
   * viewer has seen the end or not: viewers that attach meanwhile get the output
   * that is kept, and the exit. With 0, a session goes as soon as a controller
   * has seen the end, and after `graceMs` otherwise.
   * @default {0}
   */
  readonly keepEndedMs?: number;
  /**
   * Milliseconds without input after which a session is closed.
   * @default {Infinity}
   */
  readonly idleMs?: number;
  /**
   * Milliseconds after which a session is closed, whatever it does.
   * @default {Infinity}
   */
  readonly maxAgeMs?: number;
}

/** {@linkcode PtyLimits} with defaults filled in. */
export type ResolvedPtyLimits = Required<PtyLimits>;

/** The names of all limits. */
export const LIMIT_NAMES: OptionNames<PtyLimits> = {
  keptBytes: true,
  windowBytes: true,
  maxInputBytes: true,
  maxViewers: true,
  graceMs: true,
  keepEndedMs: true,
  idleMs: true,
  maxAgeMs: true,
  hangupMs: true,
  terminateMs: true,
};

const DEFAULTS: ResolvedPtyLimits = {
  keptBytes: 262_144,
  windowBytes: 131_072,
  maxInputBytes: 16_777_216,
  maxViewers: 100,
  graceMs: 600_000,
  keepEndedMs: 0,
  idleMs: Infinity,
  maxAgeMs: Infinity,
  hangupMs: 1000,
  terminateMs: 1000,
};

/**
 * Bytes that may still come when reading has paused: one read of 64 KiB, and
 * as much from the kernel's buffer when the program ends.
 */
export const OVERRUN_BYTES = 131_072;

const RANGES: Readonly<Record<keyof PtyLimits, NumberRange>> = {
  // Against the window it is checked below.
  keptBytes: countFrom(1),
  windowBytes: countFrom(1),
  maxInputBytes: countFrom(1),
  maxViewers: countFrom(1),
  graceMs: { min: 0 },
  keepEndedMs: { min: 0 },
  idleMs: { min: 0 },
  maxAgeMs: { min: 0 },
  hangupMs: { min: 0 },
  terminateMs: { min: 0 },
};

/**
 * Checks the limits and fills in the defaults.
 *
 * @throws {TypeError} if one is not a number.
 * @throws {RangeError} if one is out of its range.
 */
export function resolvePtyLimits(options: PtyLimits): ResolvedPtyLimits {
  const resolved = resolveNumbers(options, DEFAULTS, RANGES);
  const { keptBytes, windowBytes } = resolved;
  const least = windowBytes + OVERRUN_BYTES;
  if (!(Number.isInteger(keptBytes) && keptBytes >= least)) {
    throw new RangeError(
      `Cannot use keptBytes: it is ${keptBytes}, it must be a whole number, at least windowBytes + ${OVERRUN_BYTES} = ${least}`,
    );
  }
  return resolved;
}
