/**
 * Limits of a session, with units in their names.
 *
 * @module
 */
import type { EndingLimits } from "./ending.ts";

/** Limits of a session. */
export interface PtyLimits extends EndingLimits {
  /**
   * Bytes of output that are kept for viewers who come back. At least 131072
   * more than `windowBytes`.
   * @default {262144}
   */
  readonly keptBytes?: number;
  /**
   * Bytes that a viewer may be sent before it acknowledges some.
   * @default {131072}
   */
  readonly windowBytes?: number;
  /**
   * Bytes of input that may wait for the program. One write is taken whatever
   * its size when none waits.
   * @default {16777216}
   */
  readonly maxInputBytes?: number;
  /**
   * Viewers that may be attached at once.
   * @default {100}
   */
  readonly maxViewers?: number;
  /**
   * Milliseconds that a session without a viewer goes on.
   * @default {600000}
   */
  readonly graceMs?: number;
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

const DEFAULTS: ResolvedPtyLimits = {
  keptBytes: 262_144,
  windowBytes: 131_072,
  maxInputBytes: 16_777_216,
  maxViewers: 100,
  graceMs: 600_000,
  idleMs: Infinity,
  maxAgeMs: Infinity,
  hangupMs: 1000,
  terminateMs: 1000,
};

/**
 * What may come when reading has stopped: one read of 64 KiB, and as much in
 * the buffer of the kernel when the program ends.
 */
export const OVERRUN_BYTES = 131_072;

/**
 * Checks the options once and fills in the defaults.
 *
 * @throws {RangeError} when one of them makes no sense.
 */
export function resolvePtyLimits(options: PtyLimits): ResolvedPtyLimits {
  const resolved = { ...DEFAULTS };
  for (const name of Object.keys(DEFAULTS) as (keyof PtyLimits)[]) {
    const value = options[name] ?? DEFAULTS[name];
    const least = name.endsWith("Ms") ? 0 : 1;
    if (!(value >= least)) {
      throw new RangeError(
        `Cannot use ${name}: it is ${value}, ${least} is the least`,
      );
    }
    resolved[name] = value;
  }
  const { keptBytes, windowBytes } = resolved;
  if (
    !(Number.isInteger(keptBytes) && keptBytes >= windowBytes + OVERRUN_BYTES)
  ) {
    throw new RangeError(
      `Cannot use keptBytes: it is ${keptBytes}, it must be a whole number from windowBytes + ${OVERRUN_BYTES} = ${
        windowBytes + OVERRUN_BYTES
      } up`,
    );
  }
  return resolved;
}
