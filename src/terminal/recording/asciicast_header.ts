/**
 * The header of a recording, as each version of asciicast writes it.
 *
 * @module
 */
import {
  AsciicastError,
  type AsciicastHeader,
  type AsciicastLineVersion,
  type AsciicastTheme,
} from "./asciicast.ts";
import { checkSize, isRecord, stringsOf, themeOf } from "./asciicast_json.ts";

/** Returns the first line, with its line feed. */
export function encodeHeader(
  header: AsciicastHeader,
  version: AsciicastLineVersion,
): string {
  const { term, timestamp, command, title, env, tags } = header;
  const { cols, rows, type } = term;
  const common = {
    timestamp,
    idle_time_limit: header.idleTimeLimitSeconds,
    command,
    title,
  };
  const theme = encodeTheme(term.theme);
  const fields = version === 3
    ? { version, term: { ...term, theme }, ...common, env, tags }
    : {
      version,
      width: cols,
      height: rows,
      ...common,
      env: type === undefined ? env : { TERM: type, ...env },
      theme,
    };
  return `${JSON.stringify(fields)}\n`;
}

function encodeTheme(theme: AsciicastTheme | undefined) {
  return theme && { ...theme, palette: theme.palette.join(":") };
}

/**
 * Reads the header of any version. Optional values of a wrong type are ignored.
 *
 * @throws {AsciicastError} if it has no size.
 */
export function decodeHeader(
  value: Record<string, unknown>,
  version: 1 | 2 | 3,
): AsciicastHeader {
  const { timestamp, idle_time_limit: limit, command, title, tags } = value;
  const env = stringsOf(value.env);
  return {
    term: version === 3 ? termOf(value.term) : olderTermOf(value, env),
    ...(typeof timestamp === "number" ? { timestamp } : {}),
    ...(typeof limit === "number" && limit >= 0
      ? { idleTimeLimitSeconds: limit }
      : {}),
    ...(typeof command === "string" ? { command } : {}),
    ...(typeof title === "string" ? { title } : {}),
    ...(isRecord(value.env) ? { env } : {}),
    ...(version === 3 && isTexts(tags) ? { tags } : {}),
  };
}

function termOf(value: unknown): AsciicastHeader["term"] {
  const { cols, rows, type, version, theme } = isRecord(value) ? value : {};
  const colors = themeOf(theme);
  return {
    ...checkSize(1, cols, rows),
    ...(typeof type === "string" ? { type } : {}),
    ...(typeof version === "string" ? { version } : {}),
    ...(colors === undefined ? {} : { theme: colors }),
  };
}

function olderTermOf(
  { width, height, theme }: Record<string, unknown>,
  { TERM }: Record<string, string>,
): AsciicastHeader["term"] {
  const colors = themeOf(theme);
  return {
    ...checkSize(1, width, height),
    ...(TERM === undefined ? {} : { type: TERM }),
    ...(colors === undefined ? {} : { theme: colors }),
  };
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) &&
    value.every((item) => typeof item === "string");
}

/**
 * Returns the version of a header.
 *
 * @throws {AsciicastError} if it is not one of those that are read.
 */
export function versionOf(
  { version }: Record<string, unknown>,
): 1 | 2 | 3 {
  if (version === 1 || version === 2 || version === 3) return version;
  const text = JSON.stringify(version) ?? "missing";
  throw new AsciicastError(1, `is of version ${text}, it must be 1, 2 or 3`);
}
