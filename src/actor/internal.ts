/**
 * What sibling rooms use of `actor` besides `mod.ts`; not part of the API.
 *
 * @module
 */
export {
  type ActorGrouping,
  groupActors,
  MAX_ACTOR_GROUPS,
} from "./actor_groups.ts";
export { ActorEntry, ActorSum } from "./actor_entry.ts";
export {
  type ActorTable,
  ActorWatch,
  type DeadLetterTally,
} from "./actor_watch.ts";
export {
  type ActorMetric,
  GROUP_METRICS,
  SYSTEM_METRICS,
} from "./actor_metrics.ts";
export {
  backoffDelayMs,
  resolveBackoff,
  type ResolvedBackoff,
} from "./backoff.ts";
export { checkRef } from "./argument_checks.ts";
export { checkClock } from "./clock.ts";
export { coreOf, type MessageTracing } from "./core.ts";
export { Deadline, Deadlines } from "./deadlines.ts";
export { Dispatcher, type Runnable } from "./dispatcher.ts";
export { abortGuarded, callGuarded, report } from "./guard.ts";
export { Ring } from "./ring.ts";
export { nameOf, spawnNamed } from "./spawn_named.ts";
export { nextTurn } from "./next_turn.ts";
export { onGone, type OpenAsk, openAsk, roomIn, wouldRefuse } from "./room.ts";
export { isThenable } from "./thenable.ts";
