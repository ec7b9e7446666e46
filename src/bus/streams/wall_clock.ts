/**
 * The time of day on the clock of a system.
 *
 * @module
 */
import { type Clock, realClock, type Timer } from "../../actor/mod.ts";

/** Milliseconds since 1970, and timers. */
export interface WallClock {
  now(): number;
  schedule(delayMs: number, callback: () => void): Timer;
}

/**
 * Returns the time of day that goes on as a clock does. The real one follows
 * that of the machine, which may be set while a process runs.
 */
export function wallClock(clock: Clock): WallClock {
  const offset = Date.now() - Math.floor(clock.now());
  return {
    now: clock === realClock
      ? Date.now
      : () => offset + Math.floor(clock.now()),
    schedule: (delayMs, callback) => clock.schedule(delayMs, callback),
  };
}
