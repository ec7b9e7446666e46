/**
 * What SQLite does for a query, and the index that would serve it.
 *
 * @module
 */
import type { Filter, FilterOperand } from "./filter.ts";
import type { QuerySchema } from "./query_schema.ts";
import { collectionOf } from "./resolve_path.ts";
import type { Sort } from "./sort.ts";
import { type Sql, sql } from "./sql.ts";

/** A row of `EXPLAIN QUERY PLAN`. */
export interface PlanRow {
  readonly detail: string;
}

/** What a query reads. */
export interface QueryPlan {
  /** The steps of SQLite, in its words. */
  readonly steps: readonly string[];
  /**
   * Whether all records of the collection, or of one that a path leads to, are
   * read, whichever are selected.
   */
  readonly needsScan: boolean;
  /** Whether all that is selected is sorted before the first record is returned. */
  readonly needsSort: boolean;
  /** The fields of an index that would serve it; undefined if none is known. */
  readonly index: readonly string[] | undefined;
}

/** Returns the statement that explains another one. */
export function explainQuery(statement: Sql): Sql {
  return sql`EXPLAIN QUERY PLAN ${statement}`;
}

/** All records of a related collection are read, and not a list of values. */
const SCANS_RELATED = /^SCAN _\d+(?! VIRTUAL)/;

/**
 * Returns what a query reads.
 *
 * @param rows What SQLite says of it.
 */
export function readQueryPlan(
  rows: readonly PlanRow[],
  query: {
    readonly schema: QuerySchema;
    readonly collection: string;
    readonly filter: Filter;
    readonly sort: Sort;
  },
): QueryPlan {
  const steps = rows.map(({ detail }) => detail);
  const { filter, sort } = query;
  const isFiltered = filter.kind !== "all";
  // An index that is read in its order finds the first records of a sort.
  const scan = new RegExp(`^SCAN ${query.collection}(?: |$)(?!USING)`);
  const inOrder = new RegExp(`^SCAN ${query.collection} USING`);
  const isSorted = sort === "random" || sort.length > 0;
  const needsSort = isSorted &&
    // The last terms alone are sorted among records that are equal in the first.
    steps.some((step) => step.startsWith("USE TEMP B-TREE FOR ORDER BY"));
  const needsScan = steps.some((step) =>
    (scan.test(step) && (isFiltered || needsSort)) ||
    (inOrder.test(step) && isFiltered) || SCANS_RELATED.test(step)
  );
  const index = needsScan || needsSort ? indexFor(query) : undefined;
  return { steps, needsScan, needsSort, index };
}

/** The fields that are equal to a value, then one that is in a range or sorted. */
function indexFor(
  { schema, collection, filter, sort }: Parameters<typeof readQueryPlan>[1],
): readonly string[] | undefined {
  const { fields, indexes } = collectionOf(collection, schema);
  const equal = new Set<string>();
  const ranges = new Set<string>();
  const terms = filter.kind === "and" ? filter.filters : [filter];
  for (const term of terms) {
    if (term.kind !== "compare") continue;
    const { left, operator, right } = term;
    const isTurned = left.kind !== "field";
    const operand = isTurned ? right : left;
    const field = ownField(operand);
    const isOwn = operand.kind === "field" && operand.path.length === 1;
    if (field === undefined || fields.get(field)?.isMany !== false) continue;
    if (fields.get(field)?.type === "json") continue;
    if (operator === "=") equal.add(field);
    else if (isOwn && /^[<>]/.test(operator)) ranges.add(field);
  }
  const sorted = sort === "random"
    ? []
    : sort.flatMap(({ path }) => path.length === 1 ? path : []);
  const range = sorted.length > 0 ? sorted : [...ranges].slice(0, 1);
  const index = [...new Set([...equal, ...range])].filter((name) =>
    fields.has(name)
  );
  if (index.length === 0 || index[0] === "id") return undefined;
  const isThere = indexes.some(({ fields }) =>
    index.every((name, at) => fields[at] === name)
  );
  return isThere ? undefined : index;
}

/** A path to a related record is served by an index of its relation. */
function ownField(operand: FilterOperand): string | undefined {
  if (operand.kind !== "field" || operand.modifier !== undefined) return;
  return operand.path[0];
}
