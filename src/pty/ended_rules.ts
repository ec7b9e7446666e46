/**
 * Which ended sessions are kept, as a decision without a state.
 *
 * @module
 */

/** The bounds of what is kept of ended sessions. */
export interface EndedLimits {
  /** The most ended sessions that are kept. */
  readonly maxEndedSessions: number;
  /** Most bytes of output of all of them. */
  readonly maxEndedBytes: number;
}

/**
 * Returns the ids of the sessions to drop, those that ended first. The sessions
 * are given with their bytes, in the order in which they ended.
 */
export function endedToDrop(
  ended: ReadonlyMap<string, number>,
  { maxEndedSessions, maxEndedBytes }: EndedLimits,
): readonly string[] {
  const dropped: string[] = [];
  let bytes = 0;
  for (const kept of ended.values()) bytes += kept;
  for (const [id, kept] of ended) {
    const count = ended.size - dropped.length;
    if (count <= maxEndedSessions && bytes <= maxEndedBytes) break;
    dropped.push(id);
    bytes -= kept;
  }
  return dropped;
}
