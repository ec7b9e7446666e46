/**
 * How great a load is at its greatest: pure decisions without I/O.
 *
 * @module
 */
import type { ClosedLoad, OpenLoad } from "./scenario.ts";

/** Returns the most users at the same time; in the open model, the limit. */
export function mostUsers(load: OpenLoad | ClosedLoad): number {
  if (load.model === "open") return load.maxUsers;
  return load.users ??
    Math.max(0, ...load.stages?.map(({ users }) => users) ?? []);
}

/** Returns the most arrivals per second that are planned. */
export function mostArrivals(
  { arrivalsPerSecond, stages = [] }: OpenLoad,
): number {
  return arrivalsPerSecond ??
    Math.max(0, ...stages.map(({ arrivalsPerSecond }) => arrivalsPerSecond));
}
