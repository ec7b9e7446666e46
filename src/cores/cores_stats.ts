/**
 * How evenly workers are used, from what each of them says.
 *
 * @module
 */
import type { CoreSpread } from "./core_calls.ts";
import type { CoreSeat } from "./core_seat.ts";
import type { CoreInfo, CoreReply, CoresStats } from "./cores_handle.ts";
import { type ListenerTotals, NO_TOTALS } from "./shared_listeners.ts";

/** Returns what everybody may know of a worker. */
export function infoOf({ index, phase, incarnation }: CoreInfo): CoreInfo {
  return { index, phase, incarnation };
}

/** Returns the numbers of all workers, from the replies that there are. */
export function coresStats(
  spread: CoreSpread,
  seats: readonly CoreSeat[],
  replies: readonly CoreReply<ListenerTotals>[],
): CoresStats {
  const workers = seats.map((seat, at) => {
    const reply = replies[at];
    const totals = reply !== undefined && "value" in reply
      ? reply.value
      : NO_TOTALS;
    return { ...infoOf(seat), ...totals };
  });
  const accepted = workers.map((worker) => worker.accepted);
  const total = accepted.reduce((sum, count) => sum + count, 0);
  const skew = total === 0
    ? null
    : Math.max(...accepted) * accepted.length / total;
  return { spread, workers, skew };
}
