/**
 * Where a relation of a record leads.
 *
 * @module
 */
import type { Collection } from "../schema/collection.ts";

/** The collection that a relation leads to, or one that relates back. */
export function expandTarget(
  collections: ReadonlyMap<string, Collection>,
  collection: Collection,
  name: string,
): Collection | undefined {
  const field = Object.hasOwn(collection.fields, name)
    ? collection.fields[name]
    : undefined;
  if (field?.kind === "relation") return collections.get(field.target);
  const at = name.indexOf("_via_");
  return at === -1 ? undefined : collections.get(name.slice(0, at));
}
