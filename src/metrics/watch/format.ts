/**
 * Numbers and times as the page and the view on a terminal show them; what is
 * unknown is a dash.
 *
 * @module
 */
import { count } from "./counted.ts";

const DASH = "–";

/** Returns a whole number with separators. */
export function countText(value: number | null): string {
  return value === null ? DASH : count(value);
}

/** Returns seconds as minutes and seconds, or hours too. */
export function clockText(seconds: number): string {
  const whole = Math.round(Math.max(0, seconds));
  const two = (value: number): string => String(value).padStart(2, "0");
  const minutes = Math.trunc(whole / 60);
  if (minutes < 60) return `${minutes}:${two(whole % 60)}`;
  return `${Math.trunc(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
}

/** Returns seconds since 1970 as a time of day. */
export function timeText(seconds: number): string {
  return new Date(seconds * 1000).toLocaleTimeString("en-GB");
}

/** Returns milliseconds with the unit that makes them short. */
export function durationText(ms: number | null): string {
  if (ms === null) return DASH;
  if (ms < 1000) return `${valueText(ms, "ms")} ms`;
  const seconds = ms / 1000;
  if (seconds < 60) return `${valueText(seconds, "")} s`;
  return clockText(seconds);
}

/** Returns a fraction in percent. */
export function percentText(fraction: number | null): string {
  return fraction === null ? DASH : `${valueText(fraction * 100, "%")} %`;
}

/** Returns a value as a chart and its axis show it. */
export function valueText(value: number | null, unit: string): string {
  if (value === null) return DASH;
  if (unit !== "bytes" && unit !== "bytes/s") {
    const isLarge = Math.abs(value) >= 10_000;
    return value.toLocaleString("en", {
      maximumSignificantDigits: Math.abs(value) < 1000 ? 3 : 4,
      notation: isLarge ? "compact" : "standard",
    });
  }
  const power = Math.min(Math.floor(Math.log10(Math.max(value, 1)) / 3), 4);
  const scaled = (value / 1000 ** power).toLocaleString("en", {
    maximumSignificantDigits: 3,
  });
  return `${scaled} ${["B", "kB", "MB", "GB", "TB"][power]}`;
}
