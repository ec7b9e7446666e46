/**
 * From the words of a path to fields of the schema.
 *
 * @module
 */
import { closestName } from "../../checks/internal.ts";
import type { FieldModifier } from "./filter.ts";
import { QueryError, type QueryPart } from "./query_error.ts";
import type {
  QueryCollection,
  QueryField,
  QuerySchema,
  ValueType,
} from "./query_schema.ts";
import type { Hop, ResolvedPath } from "./resolved.ts";

/** The most relations that a path may cross. */
export const MAX_PATH_HOPS = 6;
/**
 * The most relations of a path of which each leads to several records: what is
 * read grows with each by as many times as there are.
 */
export const MAX_PATH_FANS = 3;
/** The most steps of a path into a field of JSON. */
const MAX_JSON_STEPS = 16;

/** Where a path begins, and for whom. */
export interface PathContext {
  readonly schema: QuerySchema;
  readonly collection: string;
  /** Whether it comes from outside, so that hidden fields are not known. */
  readonly isCaller?: boolean | undefined;
  /** The part of the query that an error names. Default: `"filter"`. */
  readonly part?: QueryPart;
}

/** A path as it was written. */
export interface WrittenPath {
  readonly path: readonly string[];
  readonly modifier?: FieldModifier;
  readonly at?: number;
}

/**
 * Returns the fields that a path goes through.
 *
 * @throws {QueryError} if a field is not known, is no relation where the path
 * goes on, or does not have the modifier; or if the path is too long
 */
export function resolvePath(
  written: WrittenPath,
  context: PathContext,
): ResolvedPath {
  const { path } = written;
  const hops: Hop[] = [];
  let collection = collectionOf(context.collection, context.schema);
  for (let index = 0; index < path.length - 1; index++) {
    const name = path[index] ?? "";
    const field = visibleField(collection, name, context);
    if (field?.type === "json") {
      const json = path.slice(index + 1).map((step) =>
        jsonStep(step, written, context)
      );
      if (json.length > MAX_JSON_STEPS) {
        throw limit(written, context, `${json.length} steps`, MAX_JSON_STEPS);
      }
      return finished(written, context, hops, collection, field, json);
    }
    const isLast = index === path.length - 2;
    if (
      field?.relatesTo !== undefined && !field.isMany && isLast &&
      path[index + 1] === "id"
    ) return finished(written, context, hops, collection, field, []);
    const hop = hopOf(written, context, collection, name, field);
    if (hops.length >= MAX_PATH_HOPS) {
      throw limit(written, context, "more relations", MAX_PATH_HOPS);
    }
    hops.push(hop);
    if (hops.filter(({ isMany }) => isMany).length > MAX_PATH_FANS) {
      throw limit(
        written,
        context,
        "more relations to several records",
        MAX_PATH_FANS,
      );
    }
    collection = collectionOf(hop.collection, context.schema);
  }
  const name = path.at(-1) ?? "";
  const field = visibleField(collection, name, context);
  if (field === undefined) {
    throw unknownField(written, context, collection, name);
  }
  return finished(written, context, hops, collection, field, []);
}

/** Returns the step that a name of a path makes, if it makes one. */
export function hopOf(
  written: WrittenPath,
  context: PathContext,
  collection: QueryCollection,
  name: string,
  field: QueryField | undefined,
): Hop {
  if (field !== undefined) {
    if (field.relatesTo === undefined) {
      throw new QueryError({
        part: context.part ?? "filter",
        code: "unknown_field",
        position: written.at,
        found: JSON.stringify(written.path.join(".")),
        expected: `a path in which ${JSON.stringify(name)} is a relation`,
      });
    }
    return {
      collection: field.relatesTo,
      field: name,
      isBack: false,
      isList: field.isMany,
      isMany: field.isMany,
    };
  }
  const back = backHopOf(name, collection, context);
  if (back !== undefined) return back;
  throw unknownField(written, context, collection, name);
}

/** `tasks_via_owner`: every way to part it is tried, since names have `_` too. */
function backHopOf(
  name: string,
  collection: QueryCollection,
  context: PathContext,
): Hop | undefined {
  const parts = name.split("_via_");
  for (let index = 1; index < parts.length; index++) {
    const from = context.schema.get(parts.slice(0, index).join("_via_"));
    const via = parts.slice(index).join("_via_");
    const field = from === undefined
      ? undefined
      : visibleField(from, via, context);
    if (from === undefined || field?.relatesTo !== collection.name) continue;
    const isUnique = from.indexes.some(({ fields, isUnique }) =>
      isUnique === true && fields.length === 1 && fields[0] === via
    );
    return {
      collection: from.name,
      field: via,
      isBack: true,
      isList: field.isMany,
      isMany: field.isMany || !isUnique,
    };
  }
  return undefined;
}

function finished(
  written: WrittenPath,
  context: PathContext,
  hops: readonly Hop[],
  collection: QueryCollection,
  field: QueryField,
  json: readonly (string | number)[],
): ResolvedPath {
  const isPlural = hops.some(({ isMany }) => isMany);
  const { modifier } = written;
  const type: ValueType = modifier === "length" ? "number" : field.type;
  const isAllowed = modifier === undefined ||
    (modifier === "lower"
      ? field.type === "text" && !field.isMany
      : field.isMany || (modifier === "each" && field.type !== "json"));
  if (!isAllowed) {
    throw new QueryError({
      part: context.part ?? "filter",
      code: "wrong_type",
      position: written.at,
      found: JSON.stringify(`${written.path.join(".")}:${modifier}`),
      expected: modifier === "lower"
        ? "a field of text before :lower"
        : `a field of several values before :${modifier}`,
    });
  }
  const isEach = field.isMany && modifier !== "length";
  return {
    kind: "path",
    hops,
    collection: collection.name,
    field,
    json,
    take: isEach
      ? "each"
      : modifier === "lower" || modifier === "length"
      ? modifier
      : "value",
    type,
    isMany: isPlural || isEach,
    ...(context.isCaller === true && field.shownIf !== undefined
      ? { shownIf: field.shownIf }
      : {}),
  };
}

function jsonStep(
  name: string,
  written: WrittenPath,
  context: PathContext,
): string | number {
  if (/^\d{1,6}$/.test(name)) return Number(name);
  if (/^[A-Za-z_]\w*$/.test(name)) return name;
  throw new QueryError({
    part: context.part ?? "filter",
    code: "unsupported",
    position: written.at,
    found: JSON.stringify(name),
    expected: "a name of letters, digits and _, or an index, within JSON",
  });
}

/** Returns a field that whoever asks may know of. */
export function visibleField(
  collection: QueryCollection,
  name: string,
  context: Pick<PathContext, "isCaller">,
): QueryField | undefined {
  const field = collection.fields.get(name);
  return context.isCaller && field?.isHidden ? undefined : field;
}

/** Returns a collection of the schema. */
export function collectionOf(
  name: string,
  schema: QuerySchema,
): QueryCollection {
  const collection = schema.get(name);
  if (collection !== undefined) return collection;
  throw new TypeError(
    `Cannot use collection: it is ${JSON.stringify(name)}, it must be one of ${
      [...schema.keys()].join(", ")
    }`,
  );
}

/** Returns the error of a name that is no field. */
export function unknownField(
  written: WrittenPath,
  context: PathContext,
  collection: QueryCollection,
  name: string,
): QueryError {
  const names = [...collection.fields.keys()].filter((one) =>
    visibleField(collection, one, context) !== undefined
  );
  return new QueryError({
    part: context.part ?? "filter",
    code: "unknown_field",
    position: written.at,
    found: JSON.stringify(written.path.join(".")),
    expected: `a path of known fields: ${JSON.stringify(name)} is ${
      collection.computed?.includes(name)
        ? "computed, and only generated fields are known here"
        : `no field of ${collection.name}`
    }`,
    closest: closestName(name, names),
  });
}

function limit(
  written: WrittenPath,
  context: PathContext,
  found: string,
  most: number,
): QueryError {
  return new QueryError({
    part: context.part ?? "filter",
    code: "limit",
    position: written.at,
    found,
    expected: `a path with at most ${most}`,
  });
}
