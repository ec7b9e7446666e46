/**
 * Lists of records: what is asked for, and the page that it becomes.
 *
 * @module
 */
import {
  checkNumber,
  checkOptionNames,
  checkSignal,
  type OptionNames,
} from "../checks/internal.ts";
import type { Row } from "./engine/engine.ts";
import { aggregateQuery, type AggregateRequest } from "./query/aggregate.ts";
import { type ExpandedRecord, expandRecords } from "./query/expand.ts";
import { parseExpand } from "./query/expand_tree.ts";
import { ALL, checkFilter, type Filter } from "./query/filter.ts";
import { parseFilter } from "./query/filter_parser.ts";
import { checkPageLimit, countQuery, listQuery } from "./query/list_query.ts";
import { parseSort } from "./query/sort.ts";
import type { Executor, RecordOptions } from "./records.ts";
import type { Access } from "./rules/access.ts";
import type { Collection } from "./schema/collection.ts";

/** Options of a list. */
export interface ListOptions extends RecordOptions {
  /**
   * Which records: a filter that `where` makes, or a text such as
   * `done = false && owner.name ~ "ann"`.
   * @default {all}
   */
  readonly filter?: Filter | string;
  /**
   * Their order, such as `-created,title`: `-` is from the greatest down.
   * @default {"", which is that of the ids}
   */
  readonly sort?: string;
  /**
   * Records of a page, 1 to 1000.
   * @default {30}
   */
  readonly limit?: number;
  /**
   * Records that are left out before the page, 0 to 10000000. Each is read all
   * the same: `after` costs nothing.
   * @default {0}
   */
  readonly offset?: number;
  /** The `after` of the page before: the list goes on behind it. */
  readonly after?: string;
  /**
   * Relations whose records come along in `expand`, such as `owner,tags.group`.
   * @default {""}
   */
  readonly expand?: string;
}

/** A page of a list. */
export interface RecordPage<T> {
  /** The records of the page. */
  readonly items: readonly T[];
  /** What `after` of the next page is; undefined if this is the last one. */
  readonly after: string | undefined;
}

/** Options of a count. */
export interface CountOptions extends RecordOptions {
  /**
   * Which records, as for a list.
   * @default {all}
   */
  readonly filter?: Filter | string;
}

const LIST: OptionNames<ListOptions> = {
  signal: true,
  filter: true,
  sort: true,
  limit: true,
  offset: true,
  after: true,
  expand: true,
};
const COUNT: OptionNames<CountOptions> = { signal: true, filter: true };

/** Records of a page, if it is not said. */
const LIMIT = 30;

/** What reads of many records work with. */
export interface ListContext {
  readonly executor: Executor;
  readonly access: Access;
  readonly collections: ReadonlyMap<string, Collection>;
  /** Returns the record of a row, as who asks sees it. */
  readonly recordOf: (
    collection: Collection,
    row: Row,
  ) => Record<string, unknown>;
}

type Read = Readonly<Record<string, unknown>>;

/** Reads a page of records. */
export async function listRecords(
  { name }: Collection,
  options: ListOptions,
  context: ListContext,
): Promise<RecordPage<Read>> {
  checkOptionNames("list()", options, LIST);
  const { sort = "", limit = LIMIT, offset = 0, after, expand = "" } = options;
  checkNumber("limit", limit);
  checkPageLimit(limit);
  const { access, executor } = context;
  const caller = access.callerContext(name);
  const nodes = parseExpand(expand, caller);
  // One more says whether there is another page.
  const more = limit === 1000 ? 0 : 1;
  const query = listQuery(
    access.condition(name, "list", filterOf(options)),
    { sort: parseSort(sort), limit: limit + more, offset, after },
    caller,
  );
  const rows = await executor.read(
    { ...query.statement, isLimited: true },
    signalOf(options),
  );
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const isLast = rows.length < limit + more;
  // A record has no more than its fields, so the keys of the order may stay.
  const items = page.map((row) => recordIn(context, name, row));
  return {
    items: await expanded(items, nodes, context, options),
    after: isLast || last === undefined ? undefined : query.cursorOf(last),
  };
}

/** Puts the records that others relate to beside them. */
export async function expanded(
  records: readonly Read[],
  nodes: ReturnType<typeof parseExpand>,
  context: ListContext,
  options: RecordOptions,
): Promise<readonly ExpandedRecord[]> {
  const { access, executor } = context;
  const { now, schema } = access;
  return await expandRecords(records, nodes, {
    now,
    schema,
    isCaller: !access.isFree,
    read: (statement) =>
      executor.read({ ...statement, isLimited: true }, signalOf(options)),
    recordOf: (collection, row) => recordIn(context, collection, row as Row),
    viewCondition: (collection) => access.condition(collection, "view"),
  });
}

/** Resolves to the number of records that a filter selects. */
export async function countRecords(
  { name }: Collection,
  options: CountOptions,
  { access, executor }: ListContext,
): Promise<number> {
  checkOptionNames("count()", options, COUNT);
  const condition = access.condition(name, "list", filterOf(options));
  const [row] = await executor.read(
    { ...countQuery(condition, name), isLimited: true },
    signalOf(options),
  );
  return Number(row?.count ?? 0);
}

/** Makes numbers of records. */
export async function aggregateRecords(
  { name }: Collection,
  request: AggregateRequest & CountOptions,
  { access, executor }: ListContext,
): Promise<readonly Read[]> {
  const condition = access.condition(name, "list", filterOf(request));
  return await executor.read(
    aggregateQuery(condition, request, access.callerContext(name)),
    signalOf(request),
  );
}

function recordIn(
  { collections, recordOf }: ListContext,
  name: string,
  row: Read,
): Read {
  const collection = collections.get(name);
  // A list reads columns alone.
  return collection === undefined ? row : recordOf(collection, row as Row);
}

/** Returns the filter of options. */
export function filterOf(
  { filter }: { readonly filter?: Filter | string },
): Filter {
  if (filter === undefined || filter === "") return ALL;
  if (typeof filter === "string") return parseFilter(filter);
  checkFilter(filter);
  return filter;
}

function signalOf({ signal }: RecordOptions): RecordOptions {
  if (signal === undefined) return {};
  checkSignal("signal", signal);
  return { signal };
}
