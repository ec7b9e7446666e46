// Checks a value before it is encoded: the encoders recurse, and drop, change
// or refuse with a bare error what is not plain data.

import type { CodecLimits } from "./codec_contract.ts";

interface Walk {
  readonly limits: CodecLimits;
  readonly strict: boolean;
  /** Bytes and values that the limits still allow. */
  bytesLeft: number;
  valuesLeft: number;
}

/**
 * Returns where and why `value` cannot be encoded, or `undefined`. It returns
 * soon even for a value that contains itself, or one object a billion times.
 *
 * @param strict Whether the format is JSON, in which bytes, bigints, `NaN` and
 * the infinities are faults.
 */
export function findFault(
  value: unknown,
  limits: CodecLimits,
  strict: boolean,
): string | undefined {
  const { maxBytes: bytesLeft, maxValues: valuesLeft } = limits;
  const fault = visit(value, 0, { limits, strict, bytesLeft, valuesLeft });
  return fault === undefined ? undefined : `value${fault}`;
}

function visit(value: unknown, depth: number, walk: Walk): string | undefined {
  if (--walk.valuesLeft < 0) return tooMany(walk);
  switch (typeof value) {
    case "string":
      return spend(value.length, walk);
    case "boolean":
      return undefined;
    case "number":
      return walk.strict && !Number.isFinite(value)
        ? ` is ${value}, which JSON cannot represent`
        : undefined;
    case "bigint":
      if (walk.strict) return " is a bigint, which JSON cannot represent";
      return value >= -(2n ** 63n) && value < 2n ** 64n
        ? undefined
        : " is a bigint of more than 64 bits";
    case "object":
      break;
    case "undefined":
      return " is undefined: leave the property out, or send null";
    default:
      return ` is a ${typeof value}`;
  }
  if (value === null) return undefined;
  if (value instanceof Uint8Array) {
    return walk.strict
      ? " is a Uint8Array, which JSON cannot represent"
      : spend(value.length, walk);
  }
  const { maxDepth } = walk.limits;
  if (Array.isArray(value)) {
    if (depth === maxDepth) return tooDeep(maxDepth);
    for (let i = 0; i < value.length; i++) {
      const fault = visit(value[i], depth + 1, walk);
      if (fault !== undefined) return prepend(`[${i}]`, fault);
    }
    return undefined;
  }
  if (!isPlainObject(value)) return " is an instance of a class";
  if (depth === maxDepth) return tooDeep(maxDepth);
  for (const key of Object.keys(value)) {
    if (key === "__proto__") return " has a key __proto__";
    if (--walk.valuesLeft < 0) return tooMany(walk);
    const fault = spend(key.length, walk) ??
      visit(value[key], depth + 1, walk);
    if (fault !== undefined) return prepend(`.${key}`, fault);
  }
  return undefined;
}

function isPlainObject(value: object): value is Record<string, unknown> {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/** Every UTF-16 unit becomes at least one byte. */
function spend(bytes: number, walk: Walk): string | undefined {
  walk.bytesLeft -= bytes;
  return walk.bytesLeft < 0
    ? ` is past the limit of ${walk.limits.maxBytes} bytes`
    : undefined;
}

function tooMany(walk: Walk): string {
  return ` is past the limit of ${walk.limits.maxValues} values`;
}

function tooDeep(maxDepth: number): string {
  return ` is nested deeper than ${maxDepth}, or contains itself`;
}

/**
 * Prepends a step to the path of a fault; "…" replaces the start of a long one.
 */
function prepend(step: string, fault: string): string {
  if (fault.startsWith("…")) return fault;
  if (fault.length > 200) return `…${fault}`;
  return `${step.slice(0, 100)}${fault}`;
}
