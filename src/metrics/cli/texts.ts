/**
 * Values as a terminal shows them.
 *
 * @module
 */
import { format } from "@std/fmt/bytes";
import { count } from "../watch/counted.ts";

/** Returns a text without what would control the terminal. */
export function text(value: string): string {
  return value.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, "·");
}

/** Returns a rate per second. */
export function rate(value: number | null): string {
  if (value === null) return "";
  return count(value >= 10 ? Math.round(value) : value);
}

/** Returns a share as a percentage. */
export function percent(share: number | null): string {
  return share === null ? "" : `${Math.round(share * 100)} %`;
}

/** Returns a number of bytes. */
export function bytes(value: number | null): string {
  return value === null ? "" : format(value, { maximumFractionDigits: 1 });
}

/** Returns a duration, in the unit that it has whole ones of. */
export function age(ms: number | null): string {
  if (ms === null) return "";
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = Math.floor(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  return seconds < 172_800
    ? `${Math.floor(seconds / 3600)} h`
    : `${Math.floor(seconds / 86_400)} d`;
}

/** Returns a text of exactly so many characters. */
export function fit(value: string, width: number, isText: boolean): string {
  if (width <= 0) return "";
  // Not by units of UTF-16, which would cut characters in two.
  const characters = [...value];
  if (characters.length > width) {
    return `${characters.slice(0, width - 1).join("")}…`;
  }
  const space = " ".repeat(width - characters.length);
  return isText ? value + space : space + value;
}

/** Returns a text in lines of so many characters, cut between words. */
export function wrapped(value: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of value.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line === "" || [...longer].length <= width) {
      line = longer;
      continue;
    }
    lines.push(line);
    line = `  ${word}`;
  }
  return [...lines, line];
}
