/**
 * Puts the records that others relate to beside them, with one read for each
 * relation, however many records there are.
 *
 * @module
 */
import type { ExpandNode } from "./expand_tree.ts";
import type { FilterSqlContext } from "./filter_sql.ts";
import { columnsSql, type ListRow } from "./list_query.ts";
import { QueryError } from "./query_error.ts";
import type { Hop } from "./resolved.ts";
import { bound, listOf, named, type Sql, sql } from "./sql.ts";

/** A record with its values by the names of its fields. */
export type ExpandableRecord = Readonly<Record<string, unknown>>;

/** A record, and what is expanded of it in `expand`, if that is something. */
export type ExpandedRecord = ExpandableRecord & {
  readonly expand?: Readonly<
    Record<string, ExpandedRecord | readonly ExpandedRecord[]>
  >;
};

/** The most records that one relation adds to a list. */
export const MAX_EXPANDED_RECORDS = 10_000;

/** What an expansion needs of a store. */
export interface ExpandContext extends Omit<FilterSqlContext, "collection"> {
  /** Reads a statement. */
  read(statement: Sql): Promise<readonly ListRow[]>;
  /** Returns the record of a row. */
  recordOf(collection: string, row: ListRow): ExpandableRecord;
  /** Returns what records of a collection meet that who asks may view. */
  viewCondition(collection: string): Sql;
}

/** The column with the id of the record that a row was found from. */
const FROM = "_from";

/**
 * Returns the records with what they relate to. A record that may not be viewed
 * is left out, as is what is not there.
 *
 * @throws {QueryError} as a rejection, if a relation leads to more records than
 * {@linkcode MAX_EXPANDED_RECORDS}
 */
export async function expandRecords(
  records: readonly ExpandableRecord[],
  nodes: readonly ExpandNode[],
  context: ExpandContext,
): Promise<readonly ExpandedRecord[]> {
  if (records.length === 0 || nodes.length === 0) return records;
  const found = await Promise.all(
    nodes.map((node) => relatedTo(records, node, context)),
  );
  return records.map((record) => {
    const entries = nodes.flatMap(({ name, hop }, index) => {
      const related = found[index]?.(record) ?? [];
      const [first] = related;
      if (first === undefined) return [];
      return [[name, hop.isMany ? related : first] as const];
    });
    return entries.length === 0
      ? record
      : { ...record, expand: Object.fromEntries(entries) };
  });
}

type Lookup = (record: ExpandableRecord) => readonly ExpandedRecord[];

async function relatedTo(
  records: readonly ExpandableRecord[],
  { name, hop, inner }: ExpandNode,
  context: ExpandContext,
): Promise<Lookup> {
  const ids = [
    ...new Set(
      records.flatMap((record) =>
        hop.isBack ? [String(record["id"])] : idsOf(record[hop.field])
      ),
    ),
  ];
  if (ids.length === 0) return () => [];
  const rows = await context.read(relatedQuery(hop, ids, context));
  if (rows.length > MAX_EXPANDED_RECORDS) {
    throw new QueryError({
      part: "expand",
      code: "limit",
      found: `more records through ${name}`,
      expected: `a relation that adds at most ${MAX_EXPANDED_RECORDS}`,
    });
  }
  // A record that several relate to is expanded once.
  const unique = new Map<string, ExpandableRecord>();
  const places = new Map<string, string[]>();
  for (const { [FROM]: from, ...row } of rows) {
    const id = String(row["id"]);
    if (!unique.has(id)) unique.set(id, context.recordOf(hop.collection, row));
    const place = places.get(String(from)) ?? [];
    place.push(id);
    places.set(String(from), place);
  }
  const expanded = await expandRecords([...unique.values()], inner, context);
  const byId = new Map(expanded.map((one) => [String(one["id"]), one]));
  const seen = (some: readonly string[]): ExpandedRecord[] =>
    some.map((id) => byId.get(id)).filter((one) => one !== undefined);
  return hop.isBack
    ? (record) => seen(places.get(String(record["id"])) ?? [])
    : (record) => seen(idsOf(record[hop.field]));
}

function relatedQuery(
  { collection, field, isBack, isList }: Hop,
  ids: readonly string[],
  context: ExpandContext,
): Sql {
  const columns = columnsSql({ ...context, collection });
  const table = named(collection);
  const id = named(collection, "id");
  const column = named(collection, field);
  const condition = context.viewCondition(collection);
  const wanted = sql`(SELECT value FROM json_each(${listOf(ids)}))`;
  const end = sql`ORDER BY ${id} LIMIT ${bound(MAX_EXPANDED_RECORDS + 1)}`;
  if (!isBack) {
    return sql`SELECT ${columns} FROM ${table} WHERE ${id} IN ${wanted} AND ${condition} ${end}`;
  }
  const from = named(FROM);
  if (!isList) {
    return sql`SELECT ${columns}, ${column} AS ${from} FROM ${table} WHERE ${column} IN ${wanted} AND ${condition} ${end}`;
  }
  const list = named("_list");
  const each = named("_list", "value");
  return sql`SELECT ${columns}, ${each} AS ${from} FROM ${table}, json_each(${column}) AS ${list} WHERE ${each} IN ${wanted} AND ${condition} ${end}`;
}

function idsOf(value: unknown): string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.filter((one): one is string => typeof one === "string");
}
