/**
 * Actors beside those of other runtimes: in this process, and Erlang's in its
 * own where it is installed.
 *
 * @module
 */

import {
  askNanos,
  idleBytes,
  type Runtime,
  spawnStopNanos,
  tellNanos,
} from "../../support/actors.ts";
import { nactRuntime, troupe, xstateRuntime } from "../../support/counters.ts";
import {
  type ErlangMeasure,
  ErlangPeer,
  hasErlang,
} from "../../support/erlang_peer.ts";
import { type Comparison, contestant, type Start } from "../harness.ts";
import type { Unit } from "../rows.ts";

function compare(
  name: ErlangMeasure,
  unit: Unit,
  measure: (runtime: Runtime) => Promise<number>,
): Comparison {
  const start = (make: () => Runtime): Start => () => {
    const runtime = make();
    return contestant(() => measure(runtime), runtime);
  };
  const erlang: Start = () => {
    const peer = new ErlangPeer();
    return contestant(() => peer.measure(name), peer);
  };
  return {
    unit,
    ours: start(troupe),
    baselines: {
      nact: start(nactRuntime),
      xstate: start(xstateRuntime),
      ...(hasErlang() ? { erlang } : {}),
    },
  };
}

/** One way, through mailbox and handler. */
export const tell: Comparison = compare("tell", "ns", tellNanos);
/** There and back, within a deadline. */
export const ask: Comparison = compare("ask", "ns", askNanos);
/** A whole life. */
export const spawnStop: Comparison = compare(
  "spawn-stop",
  "ns",
  spawnStopNanos,
);
/** Memory of an idle actor, over 100,000. */
export const bytesIdle: Comparison = {
  ...compare("bytes-idle", "bytes", idleBytes),
  rounds: 3,
};
