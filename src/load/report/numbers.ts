/**
 * Numbers as reports show them. What is unknown or not finite is a dash.
 *
 * @module
 */

const DASH = "–";
/** Numbers from here on are written with an exponent. */
const HUGE = 1e12;

/** Formats a count, such as `12,345`. */
export function count(value: number | null): string {
  return write(value, WHOLE);
}

/** Formats a number of things, such as `1 user` and `12,345 users`. */
export function counted(value: number, what: string): string {
  return `${count(value)} ${what}${value === 1 ? "" : "s"}`;
}

/**
 * Formats a number with three significant digits, such as `0.123`, `12.3` and
 * `1,230`, or with as many as are asked for.
 */
export function short(value: number | null, digits: number = 3): string {
  if (digits === 3 && value !== null && Math.abs(value) >= 1000) {
    return count(value);
  }
  return write(value, formatOf(digits));
}

/** Formats a fraction as a percentage, such as `1.2 %`. */
export function percent(value: number | null, digits: number = 3): string {
  return withUnit(short(value === null ? null : value * 100, digits), "%");
}

/** Formats milliseconds, with their unit. */
export function milliseconds(value: number | null, digits: number = 3): string {
  return withUnit(short(value, digits), "ms");
}

/** Formats a duration for people, such as `350 ms`, `12.3 s` and `5:07`. */
export function duration(ms: number): string {
  if (!Number.isFinite(ms)) return DASH;
  if (ms < 1000) return `${count(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  return clock(ms);
}

/** Formats minutes and seconds, such as `0:07`. */
export function clock(ms: number): string {
  if (!Number.isFinite(ms)) return DASH;
  const seconds = Math.round(Math.max(ms, 0) / 1000);
  const rest = String(seconds % 60).padStart(2, "0");
  return `${count(Math.floor(seconds / 60))}:${rest}`;
}

/** Formats bytes with their unit, such as `12.3 MB`. */
export function bytes(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return DASH;
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = Math.floor(Math.log10(Math.max(Math.abs(value), 1)) / 3);
  const index = Math.min(power, units.length - 1);
  return withUnit(short(value / 1000 ** index), units[index] ?? "B");
}

/** Appends a unit to a number; a dash stays a dash. */
export function withUnit(text: string, unit: string): string {
  return text === DASH || unit === "" ? text : `${text} ${unit}`;
}

/** Kept, as to make one takes longer than to write a number. */
const WHOLE = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const FORMATS = new Map<number, Intl.NumberFormat>();

function formatOf(maximumSignificantDigits: number): Intl.NumberFormat {
  let format = FORMATS.get(maximumSignificantDigits);
  if (format === undefined) {
    format = new Intl.NumberFormat("en", { maximumSignificantDigits });
    FORMATS.set(maximumSignificantDigits, format);
  }
  return format;
}

function write(value: number | null, format: Intl.NumberFormat): string {
  if (value === null || !Number.isFinite(value)) return DASH;
  if (Math.abs(value) >= HUGE) return value.toExponential(2);
  // `-0` would be written with its sign.
  return format.format(value === 0 ? 0 : value);
}
