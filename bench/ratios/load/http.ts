/**
 * How many requests a second the load generator makes over HTTP, beside
 * autocannon: 50 users without time to think over as many connections, to a
 * service in another process that is faster than either, for two seconds.
 *
 * @module
 */

import { MeasuringProcess } from "../../support/measuring_process.ts";
import { PeerProcess } from "../../support/peer_process.ts";
import { type Comparison, contestant, type Start } from "../harness.ts";

const SERVICE = new URL("../../support/http_service.ts", import.meta.url);
const USERS = new URL("../../support/http_users.ts", import.meta.url);

/** Starts the generator with a number of workers, or autocannon. */
function start(users: "1" | "2" | "autocannon"): Start {
  return async () => {
    await using stack = new AsyncDisposableStack();
    const service = stack.use(
      await PeerProcess.start(SERVICE, [], "any core"),
    );
    const process = stack.use(
      new MeasuringProcess(USERS, [users, `${service.port}`]),
    );
    await process.announced();
    return contestant(() => process.measure(), stack.move());
  };
}

/** Requests a second of one thread. */
export const oneWorker: Comparison = {
  unit: "ops/s",
  rounds: 9,
  ours: start("1"),
  baselines: { autocannon: start("autocannon") },
};

/**
 * Requests a second of two threads, beside one autocannon; on two cores the
 * service needs one of them as well.
 */
export const twoWorkers: Comparison = { ...oneWorker, ours: start("2") };
