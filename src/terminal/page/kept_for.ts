/**
 * How long a program keeps running without a viewer, in words.
 *
 * @module
 */

const UNITS = [["h", 3_600_000], ["min", 60_000], ["s", 1000]] as const;

/**
 * Returns words for `graceMs` of a session, which is `null` for no limit;
 * `undefined` for anything else.
 */
export function keptFor(graceMs: unknown): string | undefined {
  if (graceMs === null) return "the program keeps running";
  if (typeof graceMs !== "number") return undefined;
  const [unit, size] = UNITS.find(([, size]) => graceMs >= size) ?? ["s", 1000];
  return `the program keeps running for ${
    Number((graceMs / size).toFixed(1))
  } ${unit} without a viewer`;
}
