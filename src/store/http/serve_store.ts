/**
 * A store for others: over HTTP, event streams and logical connections.
 *
 * @module
 */
import type { Clock } from "../../actor/mod.ts";
import { report } from "../../actor/internal.ts";
import { ChangeHub } from "../realtime/change_hub.ts";
import type { ChangeView } from "../realtime/change_view.ts";
import type { Topic } from "../realtime/topic.ts";
import { topicView, type TopicViewPort } from "../realtime/topic_view.ts";
import { isMany } from "../schema/field.ts";
import type { Identity } from "../schema/identity.ts";
import { recordOf } from "../schema/record_row.ts";
import { resolveStoreHttpOptions, type StoreHttpOptions } from "./options.ts";
import { parseFields, pickFields } from "../query/fields.ts";
import { ServedRecords, type ServedStore } from "./served_records.ts";
import { withCollection } from "./shown_record.ts";
import { StoreHandler } from "./store_handler.ts";

/** The parts of a store that serve others. */
export interface StoreServing extends Disposable {
  /** Its changes. */
  readonly hub: ChangeHub;
  /** Its HTTP interface. */
  readonly handler: StoreHandler;
}

/**
 * Serves a store to others.
 *
 * @throws {TypeError} if an option is not known, or has the wrong type.
 * @throws {RangeError} if a number is out of its range.
 */
export function serveStore(
  store: ServedStore,
  clock: Clock,
  options?: StoreHttpOptions,
): StoreServing {
  const resolved = resolveStoreHttpOptions(options);
  const hub = new ChangeHub(
    store.engine,
    (error) => report("Changes of a store could not be shown:", error),
  );
  const handler = new StoreHandler({
    store,
    options: resolved,
    clock,
    hub,
    viewOf: (topic, who) => servedView(store, topic, who),
  });
  return {
    hub,
    handler,
    [Symbol.dispose]() {
      handler[Symbol.dispose]();
      hub[Symbol.dispose]();
    },
  };
}

/** Returns what somebody sees of a topic, as clients are shown it. */
function servedView(
  store: ServedStore,
  topic: Topic,
  who: Identity,
): ChangeView {
  const { collections, rules } = store;
  const fields = parseFields(topic.fields);
  const collection = collections.get(topic.collection);
  const request = { context: "realtime" };
  const records = new ServedRecords(store, { who, request });
  if (collection !== undefined) records.checkExpand(collection, topic.expand);
  return topicView(
    {
      ...viewParts(store),
      ruleOf: ({ name }, rule, who) => rules.filterOf(name, rule, who, request),
      hasRules: true,
      show: async (collection, record) => {
        const [shown = record] = await records.expand(
          collection,
          [record],
          topic.expand,
        );
        return pickFields(
          withCollection(collections, collection, shown),
          fields,
        );
      },
      showId: ({ name }, id) => ({
        collectionId: name,
        collectionName: name,
        id,
      }),
    },
    topic,
    who,
  );
}

/** Returns what a program sees of a topic: no rule counts, nothing is hidden. */
export function programView(store: ServedStore, topic: Topic): ChangeView {
  const records = new ServedRecords(store, { who: { kind: "superuser" } });
  const collection = store.collections.get(topic.collection);
  if (collection !== undefined) records.checkExpand(collection, topic.expand);
  return topicView(
    {
      ...viewParts(store),
      ruleOf: () => ({ kind: "all" }),
      hasRules: false,
      show: async (collection, record) => {
        const [shown = record] = await records.expand(
          collection,
          [record],
          topic.expand,
        );
        return shown;
      },
      showId: (_, id) => ({ id }),
    },
    topic,
    { kind: "superuser" },
  );
}

function viewParts(
  { engine, collections, schema, now }: ServedStore,
): Pick<TopicViewPort, "collections" | "schema" | "related" | "now"> {
  return {
    collections,
    schema,
    now,
    related: {
      engine,
      recordOf: (name, row) => {
        const collection = collections.get(name);
        return collection === undefined ? row : recordOf(collection, row);
      },
      isList: (name, field) => {
        const of = collections.get(name)?.fields[field];
        return of !== undefined && isMany(of);
      },
    },
  };
}
