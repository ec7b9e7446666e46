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
import { filterOf, type ListContext, type ListOptions } from "./record_list.ts";
import type { Collection } from "./schema/collection.ts";

/** Returns the plan of a list, with the rule of who asks in it. */
export async function explainList(
  { name }: Collection,
  options: ListOptions,
  { access, executor }: ListContext,
): Promise<QueryPlan> {
  const { limit = 30, offset = 0, after } = options;
  const filter = filterOf(options);
  const sort = parseSort(options.sort ?? "");
  const { statement } = listQuery(
    access.condition(name, "list", filter),
    { sort, limit, offset, after },
    access.callerContext(name),
  );
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
