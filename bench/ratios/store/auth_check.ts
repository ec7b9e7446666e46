/**
 * What the check of a session adds to a request over HTTP: the processor time of
 * a service in another process for each request of `wrk`, with who it is from by
 * a session in memory, beside the same handler with the token in a map.
 *
 * @module
 */

import { cpuTicks, TICK_US } from "../../support/cpu_ticks.ts";
import { PeerProcess } from "../../support/peer_process.ts";
import { runWrk } from "../../support/wrk.ts";
import { type Comparison, contestant, type Start } from "../harness.ts";

const SERVICE = new URL("../../support/session_service.ts", import.meta.url);
const CONNECTIONS = 16;
const SECONDS = 1;

function start(by: "session" | "map"): Start {
  return async () => {
    await using stack = new AsyncDisposableStack();
    const service = stack.use(
      await PeerProcess.start(SERVICE, [by], "any core"),
    );
    const url = `http://127.0.0.1:${service.port}/`;
    const token = await (await fetch(`${url}token`)).text();
    const headers = { authorization: token };
    const who = await (await fetch(url, { headers })).json();
    if (who.kind !== "record") throw new Error("Cannot measure: it is nobody");
    return contestant(async () => {
      const before = cpuTicks(service.pid);
      const { perSecond } = await runWrk(url, CONNECTIONS, SECONDS, headers);
      const used = (cpuTicks(service.pid) - before) * TICK_US;
      return used / (perSecond * SECONDS);
    }, stack.move());
  };
}

/** Processor time of a request. */
export const authCheck: Comparison = {
  unit: "us",
  rounds: 9,
  ours: start("session"),
  baselines: { map: start("map") },
};
