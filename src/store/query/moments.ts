/**
 * Moments that a filter names, such as `@now` and `@todayStart`, in UTC.
 *
 * @module
 */
import type { MomentName } from "./filter.ts";

/** Returns the value of a moment when it is `now`. */
export function momentValue(name: MomentName, now: Date): string | number {
  const year = now.getUTCFullYear();
  const month = now.getUTCMonth();
  const day = now.getUTCDate();
  switch (name) {
    case "now":
      return textOf(now.getTime());
    case "yesterday":
    case "tomorrow": {
      const date = new Date(now);
      date.setUTCDate(day + (name === "tomorrow" ? 1 : -1));
      return textOf(date.getTime());
    }
    case "todayStart":
      return textOf(Date.UTC(year, month, day));
    case "todayEnd":
      return textOf(Date.UTC(year, month, day + 1) - 1);
    case "monthStart":
      return textOf(Date.UTC(year, month, 1));
    case "monthEnd":
      return textOf(Date.UTC(year, month + 1, 1) - 1);
    case "yearStart":
      return textOf(Date.UTC(year, 0, 1));
    case "yearEnd":
      return textOf(Date.UTC(year + 1, 0, 1) - 1);
    case "second":
      return now.getUTCSeconds();
    case "minute":
      return now.getUTCMinutes();
    case "hour":
      return now.getUTCHours();
    case "day":
      return day;
    case "month":
      return month + 1;
    case "weekday":
      return now.getUTCDay();
    case "year":
      return year;
  }
}

function textOf(time: number): string {
  return dateToText(new Date(time));
}

/** Returns a date as records have it: `2026-01-02 03:04:05.678Z`. */
export function dateToText(date: Date): string {
  return date.toISOString().replace("T", " ");
}
