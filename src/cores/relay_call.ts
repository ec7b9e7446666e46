/**
 * How the main thread introduces two workers, one of which has accepted a socket
 * of the other. The bytes of the socket then go from the one to the other.
 *
 * @module
 */
import { TroupeError } from "../actor/mod.ts";
import {
  type RelayOutcome,
  type RelayRequest,
  TAKE_RELAYED,
} from "./core_calls.ts";
import type { CorePhase, CoreSeat } from "./core_seat.ts";
import { isSameWorker } from "./worker_name.ts";

/** Phases in which a worker keeps no session any more. */
const GONE: ReadonlySet<CorePhase> = new Set(["lost", "stuck", "stopped"]);

/** Asks the worker that keeps a session to take a socket of it. */
export async function relay(
  seats: readonly CoreSeat[],
  request: RelayRequest,
  from: number,
): Promise<RelayOutcome> {
  const { to, port } = request;
  const source = seats[from];
  const target = seats[to.index];
  if (source === undefined) throw new TroupeError(`there is no worker ${from}`);
  const isGone = target === undefined || !isSameWorker(target, to) ||
    GONE.has(target.phase);
  if (isGone) {
    port.close();
    return "gone";
  }
  const { incarnation } = source;
  return await target.running.ask(
    TAKE_RELAYED,
    { ...request, from: { index: from, incarnation } },
    { transfer: [port] },
  );
}
