/**
 * The time of day, and timers, on the clock of a system.
 *
 * @module
 */
import { type Clock, realClock } from "../../actor/mod.ts";

/** A clock, and the time of day on it. */
export interface AuthTime {
  /** The clock of limits and timers, which never goes back. */
  readonly clock: Clock;
  /** Returns the milliseconds since 1970, in which what is stored ends. */
  now(): number;
}

/**
 * Returns the time of day that goes on as a clock does. The real one follows
 * that of the machine, which may be set while a process runs.
 */
export function authTime(clock: Clock): AuthTime {
  const offset = Date.now() - Math.floor(clock.now());
  return {
    clock,
    now: clock === realClock
      ? Date.now
      : () => offset + Math.floor(clock.now()),
  };
}
