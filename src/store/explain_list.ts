/**
 * What a list costs: whether it reads all records, and the index that it lacks.
 *
 * @module
 */
import { allOf } from "./query/filter.ts";
import { listQuery } from "./query/list_query.ts";
import {
  explainQuery,
  type QueryPlan,
  readQueryPlan,
} from "./query/query_plan.ts";
import { parseSort } from "./query/sort.ts";
import type { Sql } from "./query/sql.ts";
import { filterOf, type ListContext, type ListOptions } from "./record_list.ts";
import type { Access } from "./rules/access.ts";
import type { Collection } from "./schema/collection.ts";

/** Returns the statement of a list, with the rule of who asks in it. */
export function listStatement(
  { name }: Collection,
  options: ListOptions,
  access: Access,
): Sql {
  const { limit = 30, offset = 0, after } = options;
  return listQuery(
    access.condition(name, "list", filterOf(options)),
    { sort: parseSort(options.sort ?? ""), limit, offset, after },
    access.callerContext(name),
  ).statement;
}

/** Returns the plan of a list, with the rule of who asks in it. */
export async function explainList(
  of: Collection,
  options: ListOptions,
  { access, executor }: Pick<ListContext, "access" | "executor">,
): Promise<QueryPlan> {
  const { name } = of;
  const filter = filterOf(options);
  const sort = parseSort(options.sort ?? "");
  const statement = listStatement(of, options, access);
  const rows = await executor.read(explainQuery(statement));
  return readQueryPlan(
    rows.map(({ detail }) => ({ detail: String(detail) })),
    {
      schema: access.schema,
      collection: name,
      filter: allOf(access.filterOf(name, "list"), filter),
      sort,
    },
  );
}
