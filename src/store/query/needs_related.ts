/**
 * Whether a filter can be decided with its record alone.
 *
 * @module
 */
import type { Filter } from "./filter.ts";
import type { QuerySchema } from "./query_schema.ts";
import { resolvePath } from "./resolve_path.ts";

/**
 * Returns whether a filter crosses relations: then a predicate needs other
 * records, and SQL is the way to decide it.
 */
export function needsRelated(
  filter: Filter,
  schema: QuerySchema,
  collection: string,
): boolean {
  switch (filter.kind) {
    case "all":
    case "none":
      return false;
    case "not":
      return needsRelated(filter.filter, schema, collection);
    case "and":
    case "or":
      return filter.filters.some((one) =>
        needsRelated(one, schema, collection)
      );
    case "compare":
      return [filter.left, filter.right].some((operand) =>
        operand.kind === "field" &&
        resolvePath(operand, { schema, collection }).hops.length > 0
      );
  }
}
