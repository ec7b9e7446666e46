/**
 * A kit for tests of actors and of services: a clock that is moved by hand, a
 * probe, a network in memory, chance from a seed, and a scheduler that explores
 * interleavings.
 *
 * @module
 */
export { ManualClock } from "./manual_clock.ts";
export { MemoryNetwork } from "./memory_network.ts";
export {
  type ExpectOptions,
  Probe,
  ProbeError,
  type ProbeOptions,
} from "./probe.ts";
export { seededRandom } from "./seeded_random.ts";
export { seededScheduler } from "./seeded_scheduler.ts";
