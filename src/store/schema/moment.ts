/**
 * Moments as text: `2026-01-02 03:04:05.678Z`, which sorts as time does.
 *
 * @module
 */

const TEXT =
  /^(\d{4})-(\d\d)-(\d\d)(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?$/;

/** Returns a moment as text. */
export function momentText(ms: number): string {
  return new Date(ms).toISOString().replace("T", " ");
}

/**
 * Returns a moment that was given as a `Date` or as text as it is kept, or
 * undefined if it is none. Text without a zone is in UTC.
 */
export function parseMoment(value: unknown): string | undefined {
  if (value instanceof Date) return textOf(value);
  if (typeof value !== "string") return undefined;
  const [all, year, month, day] = TEXT.exec(value) ?? [];
  if (all === undefined) return undefined;
  // A day that the month does not have would be taken for one of the next.
  const days = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  if (Number(day) > days) return undefined;
  const hasZone = all.length === 10 ||
    /(Z|[+-]\d\d:?\d\d)$/.test(all.slice(10));
  return textOf(new Date(`${all.replace(" ", "T")}${hasZone ? "" : "Z"}`));
}

function textOf(date: Date): string | undefined {
  const ms = date.getTime();
  if (Number.isNaN(ms)) return undefined;
  const text = momentText(ms);
  // Years before 0 and after 9999 would not sort.
  return text.length === 24 ? text : undefined;
}
