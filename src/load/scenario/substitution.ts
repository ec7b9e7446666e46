/**
 * Substitution of `${…}` in requests, which are compiled once, before the run.
 *
 * @module
 */
import type { JsonObject, JsonValue } from "../../codec/mod.ts";
import type { Random } from "../../stats/internal.ts";
import { LoadTestError } from "../load_errors.ts";
import { partsOf, type Reference } from "./reference.ts";
import { type Known, type Source, sourceOf, valueAt } from "./sources.ts";

/** The values of one iteration. */
export interface Values {
  /** The number of the user. */
  readonly user: number;
  readonly iteration: number;
  /** A random UUID, the same in the whole iteration. */
  readonly uuid: string;
  readonly random: Random;
  /** Returns milliseconds since 1970. */
  now(): number;
  /** Returns the record of a feeder, the same in the whole iteration. */
  record(feeder: string): JsonObject;
  /** Returns what an earlier step has captured. */
  captured(name: string): JsonValue;
}

/** What is known before the run. */
export interface Constants {
  /** The outputs of the target; without them, references to them stay. */
  readonly outputs: { readonly [name: string]: string } | undefined;
  /** Returns the value of a variable of the environment. */
  readonly variable: (name: string) => string | undefined;
  /** What the setup has captured, by name. */
  readonly captured?: ReadonlyMap<string, JsonValue>;
}

/** A request that can be filled in. */
export interface RequestTemplate {
  /** The request, if it is always the same. */
  readonly constant: JsonObject | undefined;
  /** The feeder, if nothing else but its record changes the request. */
  readonly onlyFeeder: string | undefined;
  /** Returns the request with values filled in. */
  fill(values: Values): JsonObject;
}

type Fill = (values: Values) => JsonValue;

/** A part of a request: always the same, or to be filled in. */
type Compiled<T extends JsonValue = JsonValue> =
  | { readonly constant: T }
  | { readonly fill: (values: Values) => T };

/**
 * Compiles a request. A text that consists of one reference becomes the value
 * itself; a reference within other text becomes text. A text that is an output
 * of the target becomes a number if it is one, such as a port.
 *
 * @throws {LoadTestError} if the request refers to what does not exist.
 */
export function compileRequest(
  request: JsonObject,
  known: Known,
  constants: Constants,
): RequestTemplate {
  const used: Source[] = [];
  const compiled = compileObject(request, (reference) => {
    const source = sourceOf(reference, known);
    if ("message" in source) {
      throw new LoadTestError(`Cannot fill in a request: it ${source.message}`);
    }
    if (source.kind === "target") return outputOf(reference, source, constants);
    if (source.kind === "env") {
      return { constant: constants.variable(source.name) ?? "" };
    }
    if (source.kind === "captured") {
      const value = constants.captured?.get(source.name);
      if (value !== undefined) return { constant: value };
    }
    used.push(source);
    return { fill: fillOf(source) };
  });
  if ("constant" in compiled) {
    const { constant } = compiled;
    return { constant, onlyFeeder: undefined, fill: () => constant };
  }
  const feeders = new Set(
    used.map((one) => one.kind === "record" ? one.feeder : undefined),
  );
  const [onlyFeeder] = feeders.size === 1 ? feeders : [];
  return { constant: undefined, onlyFeeder, fill: compiled.fill };
}

function outputOf(
  { written }: Reference,
  { name }: Source & { kind: "target" },
  { outputs }: Constants,
): Compiled {
  if (outputs === undefined) return { constant: written };
  const found = Object.hasOwn(outputs, name) ? outputs[name] : undefined;
  if (found === undefined) {
    throw new LoadTestError(
      `Cannot fill in a request: the target has no output ${
        JSON.stringify(name)
      }, as a group of its readyPattern matched nothing`,
    );
  }
  return { constant: numberIn(found) ?? found };
}

function fillOf(source: Exclude<Source, { kind: "target" | "env" }>): Fill {
  switch (source.kind) {
    case "record": {
      const { feeder, path } = source;
      return (values) => valueAt(values.record(feeder), path) ?? null;
    }
    case "captured": {
      const { name } = source;
      return (values) => values.captured(name);
    }
    case "random_int": {
      const { min, max } = source;
      return ({ random }) => drawInteger(random, min, max);
    }
    case "user_number":
      return ({ user }) => user;
    case "iteration":
      return ({ iteration }) => iteration;
    case "uuid":
      return ({ uuid }) => uuid;
    case "now":
      return (values) => values.now();
    default:
      return source satisfies never;
  }
}

/** Draws a whole number; both limits are possible. */
export function drawInteger(random: Random, min: number, max: number): number {
  const count = max - min + 1;
  // A draw has 32 bits.
  const drawn = count <= 2 ** 32
    ? random()
    : (Math.floor(random() * 2 ** 21) + random()) / 2 ** 21;
  return Math.min(max, min + Math.floor(drawn * count));
}

/** Draws a UUID of version 4. */
export function drawUuid(random: Random): string {
  const hex = (digits: number, mask = 0xffffffff, set = 0) =>
    ((Math.floor(random() * 2 ** 32) & mask | set) >>> 0)
      .toString(16).padStart(8, "0").slice(0, digits);
  const [a, b, c, d] = [
    hex(8),
    hex(8, 0xffff0fff, 0x4000),
    hex(8, 0x3fffffff, 0x80000000),
    hex(8),
  ];
  return `${a}-${b.slice(0, 4)}-${b.slice(4)}-${c.slice(0, 4)}-${
    c.slice(4)
  }${d}`;
}

/** Returns the number that a text is and nothing else, such as `"8080"`. */
export function numberIn(text: JsonValue): number | undefined {
  if (typeof text !== "string" || String(Number(text)) !== text) {
    return undefined;
  }
  return Number.isFinite(Number(text)) ? Number(text) : undefined;
}

type Resolve = (reference: Reference) => Compiled;

function compileObject(
  object: JsonObject,
  resolve: Resolve,
): Compiled<JsonObject> {
  const constant: { [key: string]: JsonValue } = {};
  const fills: (readonly [key: string, fill: Fill])[] = [];
  for (const [key, value] of Object.entries(object)) {
    const compiled = compile(value, resolve);
    // In its place: the order of fields is that of the request.
    if ("constant" in compiled) constant[key] = compiled.constant;
    else {
      constant[key] = null;
      fills.push([key, compiled.fill]);
    }
  }
  if (fills.length === 0) return { constant };
  return {
    fill(values) {
      const filled = { ...constant };
      for (const [key, fill] of fills) filled[key] = fill(values);
      return filled;
    },
  };
}

function compile(value: JsonValue, resolve: Resolve): Compiled {
  if (typeof value === "string") return compileText(value, resolve);
  if (typeof value !== "object" || value === null) return { constant: value };
  if (!isList(value)) return compileObject(value, resolve);
  const items = value.map((item) => compile(item, resolve));
  const constants = items.flatMap((item) =>
    "constant" in item ? [item.constant] : []
  );
  if (constants.length === items.length) return { constant: constants };
  return { fill: (values) => items.map((item) => valueOf(item, values)) };
}

function valueOf(compiled: Compiled, values: Values): JsonValue {
  return "constant" in compiled ? compiled.constant : compiled.fill(values);
}

function isList(
  value: readonly JsonValue[] | JsonObject,
): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function compileText(text: string, resolve: Resolve): Compiled {
  const parts = partsOf(text).map((part): Compiled =>
    typeof part === "string" ? { constant: part } : resolve(part)
  );
  const [first] = parts;
  if (first === undefined) return { constant: text };
  if (parts.length === 1) return first;
  if (parts.every((part) => "constant" in part)) {
    return { constant: parts.map(({ constant }) => asText(constant)).join("") };
  }
  return {
    fill(values) {
      let filled = "";
      for (const part of parts) filled += asText(valueOf(part, values));
      return filled;
    },
  };
}

function asText(value: JsonValue): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
