/**
 * Where a consumer that is new begins.
 *
 * @module
 */
import type { ConsumerStart } from "../consumer.ts";
import type { ConsumerPosition, StreamStore } from "./store.ts";
import type { SubjectFilter } from "./subject_filter.ts";

/** A position, and what is owed below it. */
interface Start {
  readonly position: ConsumerPosition;
  /** Messages up to the cursor that come first, by their numbers. */
  readonly owed: readonly number[];
}

/** Returns where a consumer begins, as the stream is now. */
export function startOf(
  start: ConsumerStart,
  filter: SubjectFilter,
  store: StreamStore,
): Start {
  const { firstSequence, lastSequence } = store.summary;
  switch (start) {
    case "first":
      return at(firstSequence - 1);
    case "new":
      return at(lastSequence);
    case "last": {
      const last = store.lastSequences(filter).at(-1);
      return last === undefined ? at(lastSequence) : at(last - 1);
    }
    case "last_per_subject":
      return { ...at(lastSequence), owed: store.lastSequences(filter) };
  }
  if ("timeMs" in start) {
    return at(store.firstSequenceAt(start.timeMs) - 1);
  }
  // What was asked for and is gone already is the first gap.
  const { sequence } = start;
  return at(
    Math.max(sequence, firstSequence) - 1,
    Math.max(firstSequence - sequence, 0),
  );
}

function at(cursor: number, gap: number = 0): Start {
  return { position: { cursor, gap, redelivered: 0 }, owed: [] };
}
