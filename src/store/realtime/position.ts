/**
 * Where a subscriber is in the change log.
 *
 * @module
 */

/**
 * A place in the change log: behind all changes up to `cursor`. With `events`,
 * it is behind all changes before `cursor`, and behind so many events of that
 * change itself, which went to several topics of one subscriber.
 */
export interface Position {
  /** The number of a change; 0 is before the first. */
  readonly cursor: number;
  /** Events of that change that have come; `undefined` for all. */
  readonly events?: number;
}

/** Returns a position as the id of an event: `"12"`, or `"12:1"`. */
export function formatPosition({ cursor, events }: Position): string {
  return events === undefined ? `${cursor}` : `${cursor}:${events}`;
}

/** Reads what {@linkcode formatPosition} wrote; `undefined` if it is not that. */
export function parsePosition(text: string): Position | undefined {
  const match = /^(0|[1-9]\d{0,14})(?::([1-9]\d{0,3}))?$/.exec(text);
  if (match === null) return undefined;
  const cursor = Number(match[1]);
  const events = match[2];
  if (events === undefined) return { cursor };
  return cursor === 0 ? undefined : { cursor, events: Number(events) };
}

/**
 * Returns an id for a client that is at a place of the change log. An
 * `EventSource` that reconnects before any event has come sends it as the last
 * id it has seen, and so it starts there.
 */
export function makeClientId({ cursor, events }: Position): string {
  const bytes = crypto.getRandomValues(new Uint8Array(20));
  const name = Array.from(
    bytes,
    (byte) => "abcdefghijklmnopqrstuvwxyz012345"[byte % 32],
  ).join("");
  const place = events === undefined ? `${cursor}` : `${cursor}-${events}`;
  return `${name}-${place}`;
}

/** Reads the position that a client id or the id of an event says. */
export function parseLastEventId(text: string): Position | undefined {
  const ofClient = /^[a-z0-5]{20}-(\d{1,15}(?:-\d{1,4})?)$/.exec(text)?.[1];
  return parsePosition(ofClient?.replace("-", ":") ?? text);
}
