/**
 * One actor, with what its author shows of its state.
 *
 * @module
 */
import type { ActorEntry, ActorTable } from "../../actor/internal.ts";
import { actorRow, failureText } from "./actor_rows.ts";
import { boundedJson } from "./bounded_json.ts";
import type { ActorInspection, WatchedActor } from "./protocol.ts";

/** Returns an actor, and asks it for its state. */
export function actorDetail(
  { entries, tallies }: ActorTable,
  path: string,
): WatchedActor {
  const entry = entries.find((entry) => entry.path === path);
  const counts = entry && tallies.get(entry.cell)?.counts;
  return {
    type: "actor",
    actor: entry === undefined ? null : actorRow(entry),
    deadLetters: { ...(counts ?? { stopped: 0, refused: 0, dropped: 0 }) },
    inspection: inspect(entry),
  };
}

function inspect(entry: ActorEntry | undefined): ActorInspection {
  const inspector = entry?.cell.inspector;
  if (inspector === undefined) return { type: "none" };
  try {
    const state = inspector();
    if (state instanceof Promise) {
      state.catch(() => {});
      return {
        type: "failed",
        error: "inspect returned a promise, which is not awaited",
      };
    }
    return { type: "state", ...boundedJson(state) };
  } catch (error) {
    return {
      type: "failed",
      error: failureText(error) ?? "undefined was thrown",
    };
  }
}
