/**
 * A kit for tests of actors: a clock that is moved by hand, a probe, and a
 * scheduler that explores interleavings.
 *
 * @module
 */
export { ManualClock } from "./manual_clock.ts";
export { type ExpectOptions, Probe, ProbeError } from "./probe.ts";
export { seededScheduler } from "./seeded_scheduler.ts";
