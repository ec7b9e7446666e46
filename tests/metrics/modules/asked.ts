// A module for workers that counts how often it is asked for views, or that has
// no collector if it is so told.
import type { Core } from "../../../src/cores/core.ts";
import { WORKER_VIEWS } from "../../../src/metrics/watch/worker_protocol.ts";
import { timesAsked } from "./topics.ts";

export default function main(core: Core<{ readonly counts: boolean }>): void {
  if (!core.data.counts) return;
  let times = 0;
  core.handle(WORKER_VIEWS, () => {
    times++;
    throw new Error("only counted");
  });
  core.handle(timesAsked, () => times);
}
