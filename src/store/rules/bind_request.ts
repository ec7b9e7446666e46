/**
 * From a rule with `@request` to a filter without it.
 *
 * A value that the request does not have compares with no field and with no
 * other value of the request, whatever the operator is: without this a rule such
 * as `owner = @request.auth.id` would show everybody what has no owner. Beside a
 * value that is written in the rule it is null.
 *
 * @module
 */
import { coerce } from "../query/coerce.ts";
import {
  ALL,
  allOf,
  anyOf,
  type Comparison,
  type Filter,
  type FilterOperand,
  type FilterValue,
  NONE,
  noneOf,
} from "../query/filter.ts";
import type { QueryCollection } from "../query/query_schema.ts";
import { lowerAscii } from "../query/values.ts";
import type { Identity } from "../schema/identity.ts";
import type { RuleRequest } from "./rule_request.ts";

type RequestOperand = Extract<FilterOperand, { kind: "request" }>;

/** A value of the request, or that there is none. */
type Bound = FilterOperand | "missing";

/** Returns the filter that a rule is for who asks and what they ask. */
export function bindRequest(
  filter: Filter,
  who: Identity,
  request: RuleRequest,
  collection: QueryCollection,
): Filter {
  const known = { ...request, auth: authOf(who) };
  const bind = (one: Filter): Filter => {
    switch (one.kind) {
      case "all":
      case "none":
        return one;
      case "not":
        return noneOf(bind(one.filter));
      case "and":
        return allOf(...one.filters.map(bind));
      case "or":
        return anyOf(...one.filters.map(bind));
      case "compare":
        return bindComparison(one, known, collection);
    }
  };
  return bind(filter);
}

/** Returns the parts of the request that a filter depends on. */
export function requestPartsOf(filter: Filter): Set<string> {
  switch (filter.kind) {
    case "all":
    case "none":
      return new Set();
    case "not":
      return requestPartsOf(filter.filter);
    case "and":
    case "or":
      return new Set(
        filter.filters.flatMap((one) => [...requestPartsOf(one)]),
      );
    case "compare":
      return new Set(
        [filter.left, filter.right].flatMap((operand) =>
          operand.kind === "request" ? [operand.path[0] ?? ""] : []
        ),
      );
  }
}

function authOf(who: Identity): Readonly<Record<string, unknown>> | undefined {
  if (who?.kind !== "record") return undefined;
  const { collection, id, record } = who;
  return {
    ...record,
    id,
    collectionId: collection,
    collectionName: collection,
  };
}

type Known = Readonly<Record<string, unknown>>;

function bindComparison(
  comparison: Comparison,
  known: Known,
  collection: QueryCollection,
): Filter {
  const { left, right } = comparison;
  if (left.kind !== "request" && right.kind !== "request") return comparison;
  if (left.kind === "request" && left.modifier === "changed") {
    return bindChanged(left, comparison, known, collection);
  }
  const one = boundOf(left, right, known);
  const other = boundOf(right, left, known);
  const isWritten = [left, right].some(({ kind }) =>
    kind === "value" || kind === "moment"
  );
  if ((one === "missing" || other === "missing") && !isWritten) return NONE;
  const orNull = (bound: Bound): FilterOperand =>
    bound === "missing" ? { kind: "value", value: null } : bound;
  return { ...comparison, left: orNull(one), right: orNull(other) };
}

function boundOf(
  operand: FilterOperand,
  beside: FilterOperand,
  known: Known,
): Bound {
  if (operand.kind !== "request") return operand;
  const value = lookUp(known, operand.path);
  switch (operand.modifier) {
    case "isset":
      return { kind: "value", value: value !== undefined };
    case "length":
      return { kind: "value", value: listOf(value).length };
    case "lower":
      return value === undefined || value === null
        ? "missing"
        : given(lowerAscii(textOf(value)));
    default:
      if (Array.isArray(value)) {
        const values = value.map(valueOf);
        return values.length === 0
          ? "missing"
          : { kind: "values", values, isFromRequest: true };
      }
      return value === undefined || value === null
        ? "missing"
        : fitting(valueOf(value), beside);
  }
}

/** A text of an address is a number beside a number that is written. */
function fitting(value: FilterValue, beside: FilterOperand): Bound {
  if (beside.kind !== "value") return given(value);
  const type = typeof beside.value;
  if (type !== "number" && type !== "boolean" && type !== "bigint") {
    return given(value);
  }
  const fit = coerce(value, type === "boolean" ? "boolean" : "number");
  if (fit === undefined) return given(value);
  return given(type === "boolean" && fit !== null ? fit === 1 : fit);
}

/** `@request.body.role:changed = false`: whether a write changes a field. */
function bindChanged(
  { path }: RequestOperand,
  { operator, right }: Comparison,
  known: Known,
  collection: QueryCollection,
): Filter {
  const isWanted = right.kind === "value" &&
    (right.value === true) === (operator === "=");
  const name = path[1] ?? "";
  const value = lookUp(known, path);
  const changed = value === undefined
    ? NONE
    : changeOf(name, valueOf(value), collection);
  return isWanted ? changed : noneOf(changed);
}

function changeOf(
  name: string,
  value: FilterValue,
  collection: QueryCollection,
): Filter {
  const type = collection.fields.get(name)?.type ?? "text";
  // What the field cannot hold is no value that it has.
  if (coerce(value, type) === undefined) return ALL;
  return {
    kind: "compare",
    left: { kind: "field", path: [name] },
    operator: "!=",
    right: { kind: "value", value },
  };
}

/** Own properties alone: a request brings its names too. */
function lookUp(known: Known, path: readonly string[]): unknown {
  let value: unknown = known;
  for (const name of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = Object.getOwnPropertyDescriptor(value, name)?.value;
  }
  return value;
}

function given(value: FilterValue): FilterOperand {
  return { kind: "value", value, isFromRequest: true };
}

function valueOf(value: unknown): FilterValue {
  switch (typeof value) {
    case "string":
      // No record holds U+0000, and SQLite would cut the text there.
      return value.replaceAll("\0", "\ufffd");
    case "boolean":
      return value;
    case "number":
      return Number.isFinite(value) ? value : String(value);
    case "bigint":
      return BigInt.asIntN(64, value) === value ? value : String(value);
    default:
      return value === null || value === undefined ? null : textOf(value);
  }
}

function textOf(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return String(text).replaceAll("\0", "\ufffd");
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}
