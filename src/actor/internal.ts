/**
 * What sibling rooms use of `actor`, besides `mod.ts`. It is no part of the API.
 *
 * @module
 */
export {
  backoffDelayMs,
  resolveBackoff,
  type ResolvedBackoff,
} from "./backoff.ts";
export { realClock } from "./clock.ts";
export { coreOf, type MessageTracing } from "./core.ts";
export { Deadline, Deadlines } from "./deadlines.ts";
export { Ring } from "./ring.ts";
export {
  addActor,
  addBelow,
  addTree,
  emptyWorkSum,
  type WorkSum,
} from "./work_sum.ts";
