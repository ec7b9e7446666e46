/**
 * A record by its id over HTTP: the processor time of a service in another
 * process for each request of `wrk`, with the threads that read, beside a handler
 * by hand with `node:sqlite`, which does it on the thread that serves.
 *
 * @module
 */
import { PeerProcess } from "../../support/peer_process.ts";
import { cpuTicks, TICK_US } from "../../support/cpu_ticks.ts";
import { runWrk } from "../../support/wrk.ts";
import { type Comparison, contestant, type Start } from "../harness.ts";

const SERVICE = new URL("../../support/record_service.ts", import.meta.url);
const CONNECTIONS = 64;
const SECONDS = 1;

function start(by: "store" | "hand"): Start {
  return async () => {
    await using stack = new AsyncDisposableStack();
    const service = stack.use(
      await PeerProcess.start(SERVICE, [by], "any core"),
    );
    const url = `http://127.0.0.1:${service.port}/`;
    const id = await (await fetch(`${url}id`)).text();
    const record = `${url}api/collections/tasks/records/${id}`;
    const found = await (await fetch(record)).json();
    if (found.id !== id) {
      throw new Error("Cannot measure: it is another record");
    }
    return contestant(async () => {
      const before = cpuTicks(service.pid);
      const { perSecond } = await runWrk(record, CONNECTIONS, SECONDS);
      const used = (cpuTicks(service.pid) - before) * TICK_US;
      return used / (perSecond * SECONDS);
    }, stack.move());
  };
}

/** Processor time of a request. */
export const httpGet: Comparison = {
  unit: "us",
  rounds: 9,
  ours: start("store"),
  baselines: { hand: start("hand") },
};
