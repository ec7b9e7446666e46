/**
 * Telling and asking a counter, in one process beside other actor runtimes.
 *
 * @module
 */

import { askNanos, type CounterPeer, tellNanos } from "../../support/actors.ts";
import {
  nactCounter,
  troupeCounter,
  xstateCounter,
} from "../../support/counters.ts";
import { type Comparison, contestant, type Start } from "../harness.ts";

function messages(
  measure: (counter: CounterPeer) => Promise<number>,
): Comparison {
  const start = (make: () => CounterPeer): Start => () => {
    const counter = make();
    return contestant(() => measure(counter), counter);
  };
  return {
    unit: "ns",
    ours: start(troupeCounter),
    baselines: { nact: start(nactCounter), xstate: start(xstateCounter) },
  };
}

/** One way, through mailbox and handler. */
export const tell: Comparison = messages(tellNanos);
/** There and back. */
export const ask: Comparison = messages(askNanos);
