/**
 * Which relations of records are expanded.
 *
 * @module
 */
import { QueryError } from "./query_error.ts";
import {
  collectionOf,
  hopOf,
  type PathContext,
  visibleField,
} from "./resolve_path.ts";
import type { Hop } from "./resolved.ts";

/** A relation that is expanded, and those of what it leads to. */
export interface ExpandNode {
  /** As it was written: `owner` or `tasks_via_owner`. */
  readonly name: string;
  readonly hop: Hop;
  readonly inner: readonly ExpandNode[];
}

/** The most relations that are expanded. */
export const MAX_EXPANDS = 32;
/** How deep relations may be expanded. */
export const MAX_EXPAND_DEPTH = 6;
const MAX_EXPAND_LENGTH = 3_500;

/** The paths that a text such as `owner,helpers.team` names. */
type Names = Map<string, Names>;

/**
 * Returns the relations that a text such as `owner,helpers.team` names; each is
 * expanded once, however often it is named.
 *
 * @throws {QueryError} if one is no relation, or they are too many or too deep
 */
export function parseExpand(
  text: string,
  context: Omit<PathContext, "part">,
): ExpandNode[] {
  if (text.length > MAX_EXPAND_LENGTH) {
    throw limit(`${text.length} characters`, MAX_EXPAND_LENGTH);
  }
  const root: Names = new Map();
  let count = 0;
  for (const path of text.split(",").map((one) => one.trim())) {
    if (path === "") continue;
    const names = path.split(".");
    if (names.length > MAX_EXPAND_DEPTH) {
      throw limit(`${names.length} relations in a path`, MAX_EXPAND_DEPTH);
    }
    let level = root;
    for (const name of names) {
      const next = level.get(name) ?? new Map();
      if (!level.has(name)) count++;
      level.set(name, next);
      level = next;
    }
  }
  if (count > MAX_EXPANDS) throw limit(`${count} relations`, MAX_EXPANDS);
  return nodesOf(root, { ...context, part: "expand" }, []);
}

function nodesOf(
  names: Names,
  context: PathContext,
  before: readonly string[],
): ExpandNode[] {
  return [...names].map(([name, inner]) => {
    const path = [...before, name];
    const collection = collectionOf(context.collection, context.schema);
    const field = visibleField(collection, name, context);
    const hop = hopOf({ path }, context, collection, name, field);
    const next = { ...context, collection: hop.collection };
    return { name, hop, inner: nodesOf(inner, next, path) };
  });
}

function limit(found: string, most: number): QueryError {
  return new QueryError({
    part: "expand",
    code: "limit",
    found,
    expected: `at most ${most}`,
  });
}
