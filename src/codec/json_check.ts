// Checks a value before `JSON.stringify` gets it, which recurses, and drops or
// changes what is not plain data.

import type { CodecLimits } from "./codec_contract.ts";
import {
  CLASS_INSTANCE,
  isPlainObject,
  prepend,
  PROTO_KEY,
  tooDeep,
  tooLong,
  tooMany,
  wrongType,
} from "./plain_data.ts";

interface Walk {
  readonly limits: CodecLimits;
  /** Bytes and values that the limits still allow. */
  bytesLeft: number;
  valuesLeft: number;
}

/**
 * Returns where and why `value` cannot be encoded, or `undefined`. It returns
 * soon even for a value that contains itself, or one object a billion times.
 */
export function findJsonFault(
  value: unknown,
  limits: CodecLimits,
): string | undefined {
  const { maxBytes: bytesLeft, maxValues: valuesLeft } = limits;
  return visit(value, 0, { limits, bytesLeft, valuesLeft });
}

function visit(value: unknown, depth: number, walk: Walk): string | undefined {
  if (--walk.valuesLeft < 0) return tooMany(walk.limits.maxValues);
  switch (typeof value) {
    case "string":
      return spend(value.length, walk);
    case "boolean":
      return undefined;
    case "number":
      return Number.isFinite(value) ? undefined : notJson(`${value}`);
    case "object":
      break;
    case "bigint":
      return notJson("a bigint");
    default:
      return wrongType(value);
  }
  if (value === null) return undefined;
  const { maxDepth, maxValues } = walk.limits;
  if (Array.isArray(value)) {
    if (depth === maxDepth) return tooDeep(maxDepth);
    for (let i = 0; i < value.length; i++) {
      const fault = visit(value[i], depth + 1, walk);
      if (fault !== undefined) return prepend(`[${i}]`, fault);
    }
    return undefined;
  }
  if (!isPlainObject(value)) {
    return value instanceof Uint8Array
      ? notJson("a Uint8Array")
      : CLASS_INSTANCE;
  }
  if (depth === maxDepth) return tooDeep(maxDepth);
  for (const key of Object.keys(value)) {
    if (key === "__proto__") return PROTO_KEY;
    if (--walk.valuesLeft < 0) return tooMany(maxValues);
    const fault = spend(key.length, walk) ??
      visit(value[key], depth + 1, walk);
    if (fault !== undefined) return prepend(`.${key}`, fault);
  }
  return undefined;
}

function notJson(what: string): string {
  return ` is ${what}, which JSON cannot represent`;
}

/** Every UTF-16 unit becomes at least one byte. */
function spend(bytes: number, walk: Walk): string | undefined {
  walk.bytesLeft -= bytes;
  return walk.bytesLeft < 0 ? tooLong(walk.limits.maxBytes) : undefined;
}
