/**
 * Substitution of `${feeder.field}` and `${target.NAME}` in requests, which are
 * compiled once, before the run.
 *
 * @module
 */
import { LoadTestError } from "../load_errors.ts";
import type { JsonObject, JsonValue } from "../../codec/mod.ts";

/** A reference to a value: the name of a feeder, a dot, a path. */
const REFERENCE = /\$\{([\w-]+)\.([\w.-]+)\}/g;

/** The records that one operation uses, by the name of their feeder. */
export type Records = ReadonlyMap<string, JsonObject>;

/** A request that can be filled in with records. */
export interface RequestTemplate {
  /** The names of the feeders that the request uses. */
  readonly feeders: readonly string[];
  /**
   * Returns the request with the records filled in; always the same object if
   * it uses no feeder.
   */
  fill(records: Records): JsonObject;
}

type Fill = (records: Records) => JsonValue;

/**
 * Compiles a request. A text that consists of one reference becomes the value
 * itself; a reference within other text becomes text.
 *
 * @throws {LoadTestError} if the request refers to a feeder that does not
 * exist.
 */
export function compileRequest(
  request: JsonObject,
  feeders: readonly string[],
): RequestTemplate {
  const used = new Set<string>();
  const fill = compileObject(request, (name) => {
    if (!feeders.includes(name)) {
      throw new LoadTestError(
        `Cannot fill in a request: there is no feeder ${JSON.stringify(name)}`,
      );
    }
    used.add(name);
  });
  return { feeders: [...used], fill: fill ?? (() => request) };
}

/**
 * Replaces `${target.NAME}` by the outputs of the target. A text that consists
 * of one reference becomes a number if the output is one, such as a port.
 *
 * @throws {LoadTestError} if the target has no output of that name.
 */
export function fillTarget(
  request: JsonObject,
  outputs: { readonly [name: string]: string },
): JsonObject {
  const value = (path: string): string => {
    const found = Object.hasOwn(outputs, path) ? outputs[path] : undefined;
    if (found !== undefined) return found;
    throw new LoadTestError(
      `Cannot fill in a request: the target has no output ${
        JSON.stringify(path)
      }, name a group of its readyPattern so`,
    );
  };
  return mapObject(request, (text) => {
    const whole = text.match(/^\$\{target\.([\w.-]+)\}$/)?.[1];
    if (whole === undefined) {
      return text.replace(
        REFERENCE,
        (reference, name: string, path: string) =>
          name === "target" ? value(path) : reference,
      );
    }
    const found = value(whole);
    return String(Number(found)) === found && isFinite(Number(found))
      ? Number(found)
      : found;
  });
}

function mapObject(
  object: JsonObject,
  change: (text: string) => JsonValue,
): JsonObject {
  const map = (value: JsonValue): JsonValue => {
    if (typeof value === "string") return change(value);
    if (typeof value !== "object" || value === null) return value;
    return isList(value) ? value.map(map) : mapObject(value, change);
  };
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => [key, map(value)]),
  );
}

function isList(
  value: readonly JsonValue[] | JsonObject,
): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** Compiles an object; returns `undefined` if there is nothing to fill in. */
function compileObject(
  object: JsonObject,
  use: (feeder: string) => void,
): ((records: Records) => JsonObject) | undefined {
  const fills = Object.entries(object).flatMap(([key, value]) => {
    const fill = compile(value, use);
    return fill === undefined ? [] : [{ key, fill }];
  });
  if (fills.length === 0) return undefined;
  return (records) => {
    const filled: { [key: string]: JsonValue } = { ...object };
    for (const { key, fill } of fills) filled[key] = fill(records);
    return filled;
  };
}

function compile(
  value: JsonValue,
  use: (feeder: string) => void,
): Fill | undefined {
  if (typeof value === "string") return compileText(value, use);
  if (typeof value !== "object" || value === null) return undefined;
  if (!isList(value)) return compileObject(value, use);
  const fills = value.map((item) => compile(item, use));
  if (fills.every((fill) => fill === undefined)) return undefined;
  return (records) =>
    value.map((item, index) => fills[index]?.(records) ?? item);
}

function compileText(
  text: string,
  use: (feeder: string) => void,
): Fill | undefined {
  const references = [...text.matchAll(REFERENCE)].map((match) => {
    const [whole, feeder = "", path = ""] = match;
    use(feeder);
    return { start: match.index, whole, feeder, path: path.split(".") };
  });
  const [first] = references;
  if (first === undefined) return undefined;
  if (first.whole === text) {
    return (records) => fieldOf(records.get(first.feeder), first.path);
  }
  return (records) => {
    let filled = "";
    let from = 0;
    for (const { start, whole, feeder, path } of references) {
      filled += text.slice(from, start) +
        asText(fieldOf(records.get(feeder), path));
      from = start + whole.length;
    }
    return filled + text.slice(from);
  };
}

function asText(value: JsonValue): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Returns the field of a record at a path, or `null` if it does not exist. */
function fieldOf(
  record: JsonObject | undefined,
  path: readonly string[],
): JsonValue {
  let value: JsonValue = record ?? null;
  for (const key of path) {
    if (typeof value !== "object" || value === null) return null;
    const entry: [string, JsonValue] | undefined = Object.entries(value)
      .find(([name]) => name === key);
    value = entry === undefined ? null : entry[1];
  }
  return value;
}
