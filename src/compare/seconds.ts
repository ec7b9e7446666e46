/**
 * Times of the command line, in seconds.
 *
 * @module
 */

/** Seconds in each unit, from the greatest on. */
const UNITS = ["d", "h", "m", "s", "ms"] as const;
const SECONDS: Readonly<Record<typeof UNITS[number], number>> = {
  d: 86_400,
  h: 3600,
  m: 60,
  s: 1,
  ms: 0.001,
};

const PART = /^(\d+(?:\.\d+)?)\s?(ms|d|h|m|s)\s?/;

/**
 * Reads a number of seconds, or a time such as `90s`, `10m` or `1h30m`, with its
 * units from the greatest to the smallest; `undefined` if it is neither.
 */
export function readSeconds(text: string): number | undefined {
  const plain = text.trim() === "" ? NaN : Number(text);
  if (Number.isFinite(plain)) return plain;
  let seconds = 0;
  let last = -1;
  for (let rest = text.trim(); rest !== "";) {
    const [whole = "", number, name] = PART.exec(rest) ?? [];
    const place = UNITS.findIndex((unit) => unit === name);
    const unit = UNITS[place];
    if (unit === undefined || place <= last) return undefined;
    last = place;
    seconds += Number(number) * SECONDS[unit];
    rest = rest.slice(whole.length);
  }
  return seconds;
}
