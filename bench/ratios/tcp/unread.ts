/**
 * Twenty connections with round trips of 100 bytes, all at once, beside one of
 * the same socket that nobody reads and for which megabytes wait: the figure is
 * the 99th percentile of a round trip. The baseline is without that one.
 *
 * @module
 */

import { ActorSystem, ConnectionPool } from "../../../mod.ts";
import { PeerProcess } from "../../support/peer_process.ts";
import { makePayload } from "../../support/workloads.ts";
import { type Comparison, contestant, type Start } from "../harness.ts";
import { quantile } from "../statistics.ts";

const LIVELY = 20;
const BYTES = 100;
/** Of each connection; the percentile is of twenty times as many. */
const ROUND_TRIPS = 500;
/** What waits for the one that nobody reads, of which it takes 256 KB. */
const WAITING_BYTES = 8 * 1024 * 1024;

function start(isOneUnread: boolean): Start {
  const payload = makePayload(BYTES);
  return async () => {
    await using stack = new AsyncDisposableStack();
    const script = new URL(
      "../../support/partly_deaf_server.ts",
      import.meta.url,
    );
    const { port } = stack.use(await PeerProcess.start(script));
    const pool = new ConnectionPool(stack.use(new ActorSystem()));
    const lively = await Promise.all(
      Array.from({ length: LIVELY }, () => pool.connect({ port })),
    );
    if (isOneUnread) {
      const unread = await pool.connect({ port }, { id: "unread" });
      // It is settled when the process ends, and never before.
      unread.send(new Uint8Array(WAITING_BYTES));
    }
    return contestant(async () => {
      const times: number[] = [];
      await Promise.all(lively.map(async (connection) => {
        for (let i = 0; i < ROUND_TRIPS; i++) {
          const start = performance.now();
          connection.send(payload);
          await connection.receive();
          times.push(performance.now() - start);
        }
      }));
      return quantile(times, 0.99);
    }, stack.move());
  };
}

/** The 99th percentile of a round trip, in milliseconds. */
export const unreadBesideLively: Comparison = {
  unit: "ms",
  rounds: 30,
  ours: start(true),
  baselines: { alone: start(false) },
};
