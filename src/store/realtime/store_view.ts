/**
 * The views of a store: for somebody under its rules, and for the program.
 *
 * @module
 */
import { parseExpand } from "../query/expand_tree.ts";
import { parseFields, pickFields } from "../query/fields.ts";
import { expanded } from "../record_list.ts";
import { seenRecord } from "../seen_record.ts";
import type { Collection } from "../schema/collection.ts";
import { isMany } from "../schema/field.ts";
import type { Identity } from "../schema/identity.ts";
import { recordOf } from "../schema/record_row.ts";
import type { StoreParts } from "../store_parts.ts";
import { KnownFilters } from "./known_filters.ts";
import type { ChangeView } from "./change_view.ts";
import type { ShownRecord } from "./seen_change.ts";
import type { Topic } from "./topic.ts";
import { topicView } from "./topic_view.ts";

/** What rules know of who follows changes. */
const REQUEST = { context: "realtime" };

/** Makes a record what a client is shown. */
export type Decorate = (
  collection: Collection,
  record: ShownRecord,
) => ShownRecord;

const known = new WeakMap<StoreParts, KnownFilters>();

function knownOf(store: StoreParts): KnownFilters {
  let filters = known.get(store);
  if (filters === undefined) {
    filters = new KnownFilters();
    known.set(store, filters);
  }
  return filters;
}

/**
 * Returns what somebody sees of a topic; the program sees everything.
 *
 * @param decorate Makes each record what it is shown as. Default: as it is.
 * @throws {RecordNotFoundError} if there is no such collection.
 * @throws {QueryError} if the topic cannot be asked for.
 */
export function storeView(
  store: StoreParts,
  topic: Topic,
  who: Identity | "program",
  decorate: Decorate = (_, record) => record,
): ChangeView {
  const { collections, engine, rules, schema, now } = store;
  const fields = parseFields(topic.fields);
  const nodes = topic.expand === "" || !collections.has(topic.collection)
    ? []
    : parseExpand(
      topic.expand,
      store.access(who, REQUEST).callerContext(topic.collection),
    );
  const port = {
    collections,
    schema,
    now,
    known: knownOf(store),
    hasRules: who !== "program",
    ruleOf: ({ name }: Collection, rule: "list" | "view", who: Identity) =>
      rules.filterOf(name, rule, who, REQUEST),
    related: {
      engine,
      recordOf: (name: string, row: ShownRecord) => {
        const collection = collections.get(name);
        return collection === undefined ? row : recordOf(collection, row);
      },
      isList: (name: string, field: string) => {
        const of = collections.get(name)?.fields[field];
        return of !== undefined && isMany(of);
      },
    },
    show: async (
      collection: Collection,
      row: Parameters<typeof seenRecord>[1],
    ) => {
      const record = seenRecord(collection, row, who);
      const [whole = record] = nodes.length === 0
        ? [record]
        : await expanded([record], nodes, {
          executor: engine,
          access: store.access(who, REQUEST),
          collections,
          recordOf: (of, row) => seenRecord(of, row, who),
        }, {});
      return pickFields(decorate(collection, whole), fields);
    },
    showId: (collection: Collection, id: string) =>
      decorate(collection, { id }),
  };
  return topicView(port, topic, who === "program" ? null : who);
}
