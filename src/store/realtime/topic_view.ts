/**
 * The view of a topic: the rule of its collection and its filter, for one
 * identity.
 *
 * @module
 */
import type { Change, Row } from "../engine/engine.ts";
import { RecordNotFoundError } from "../errors.ts";
import { ALL, type Filter } from "../query/filter.ts";
import { parseFilter } from "../query/filter_parser.ts";
import {
  filterPredicate,
  type PredicateContext,
} from "../query/filter_predicate.ts";
import type { QuerySchema } from "../query/query_schema.ts";
import type { Collection } from "../schema/collection.ts";
import type { Identity } from "../schema/identity.ts";
import { recordOf } from "../schema/record_row.ts";
import { meantName } from "../schema/unknown_field.ts";
import type { ChangeMemo, ChangeView, Verdict } from "./change_view.ts";
import type { KnownFilters } from "./known_filters.ts";
import { RelatedCache, type RelatedPort } from "./related_records.ts";
import { SeenChange, type ShownRecord } from "./seen_change.ts";
import type { Topic } from "./topic.ts";
import { identityState } from "./visitor.ts";
import { visibleChange } from "./visible_change.ts";

/** What views need of a store. */
export interface TopicViewPort {
  readonly collections: ReadonlyMap<string, Collection>;
  readonly schema: QuerySchema;
  readonly related: RelatedPort;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Returns which records of a collection a rule lets an identity see. */
  readonly ruleOf: (
    collection: Collection,
    rule: "list" | "view",
    who: Identity,
  ) => Filter;
  /** Resolves to the record of a row, as who follows the topic sees it. */
  readonly show: (
    collection: Collection,
    row: Row,
  ) => Promise<ShownRecord> | ShownRecord;
  /** Returns what is shown of a record that may no longer be seen. */
  readonly showId: (collection: Collection, id: string) => ShownRecord;
  /** The filters that were read before. */
  readonly known: KnownFilters;
  /** Whether rules are asked: not for the program itself. */
  readonly hasRules: boolean;
}

/**
 * Returns the view of a topic for an identity.
 *
 * @throws {RecordNotFoundError} if there is no such collection.
 * @throws {QueryError} if the filter cannot be asked.
 */
export function topicView(
  port: TopicViewPort,
  topic: Topic,
  who: Identity,
): ChangeView {
  const collection = port.collections.get(topic.collection);
  if (collection === undefined) {
    const meant = meantName(
      topic.collection,
      [...port.collections.keys()].filter((name) => !name.startsWith("_")),
    );
    throw new RecordNotFoundError(
      `Cannot follow ${topic.collection}: there is no such collection${
        meant === undefined ? "" : `, did you mean ${meant}?`
      }`,
    );
  }
  return new TopicView(port, collection, topic, who);
}

/** What a look at a change is at least, in units of slices: a rule is asked. */
const LOOK_UNITS = 512;

class TopicView implements ChangeView {
  readonly key: string;
  readonly units: number;
  readonly #port: TopicViewPort;
  readonly #collection: Collection;
  readonly #topic: Topic;
  readonly #who: Identity;
  readonly #whoKey: string;
  readonly #filter: Filter;

  constructor(
    port: TopicViewPort,
    collection: Collection,
    topic: Topic,
    who: Identity,
  ) {
    const { id, filter, expand, fields } = topic;
    this.#port = port;
    this.#collection = collection;
    this.#topic = topic;
    this.#who = who;
    this.#whoKey = identityState(who);
    const whose = port.hasRules ? this.#whoKey : "program";
    this.key = JSON.stringify([id, filter, expand, fields, whose]);
    this.units = LOOK_UNITS + filter.length;
    this.#filter = filter === "" ? ALL : this.#read(filter);
  }

  /**
   * What does not fit the schema is refused now, not at the first change. That
   * depends on whether it is a caller who asks, but not on who it is.
   */
  #read(text: string): Filter {
    const context = this.#context();
    const { known } = this.#port;
    const key = `${context.isCaller === true} ${this.collection} ${text}`;
    return known.get(key, () => {
      const filter = parseFilter(text);
      filterPredicate(filter, context);
      return filter;
    });
  }

  get collection(): string {
    return this.#collection.name;
  }

  get id(): string | undefined {
    return this.#topic.id;
  }

  async see(
    change: Change,
    memo: ChangeMemo,
  ): Promise<SeenChange | undefined> {
    const may = this.#port.hasRules ? await this.#mayBeSeen(change, memo) : YES;
    if (!may.before && !may.after) return undefined;
    const wanted = await this.#isWanted(change, memo);
    const visible = visibleChange(change.kind, {
      before: may.before && wanted.before,
      after: may.after && wanted.after,
    });
    if (visible === undefined) return undefined;
    const { action, shows } = visible;
    return new SeenChange(action, await this.#show(change, shows));
  }

  /** The rule is asked once for all views of an identity. */
  #mayBeSeen(change: Change, memo: ChangeMemo): Promise<Verdict> {
    const rule = this.id === undefined ? "list" : "view";
    return memo.verdict(`${rule} ${this.#whoKey}`, () => {
      const filter = this.#port.ruleOf(this.#collection, rule, this.#who);
      // A rule sees all that there is.
      const { schema, now } = this.#port;
      return this.#verdict(change, memo, filter, {
        schema,
        collection: this.#collection.name,
        now: new Date(now()),
      });
    });
  }

  #isWanted(change: Change, memo: ChangeMemo): Promise<Verdict> {
    if (this.#filter.kind === "all") return Promise.resolve(YES);
    const key = `filter ${this.#whoKey} ${this.#topic.filter}`;
    return memo.verdict(
      key,
      () => this.#verdict(change, memo, this.#filter, this.#context()),
    );
  }

  /** A filter that somebody brings sees what its owner may see. */
  #context(): PredicateContext {
    const { schema, now, hasRules, ruleOf, collections } = this.#port;
    const context = {
      schema,
      collection: this.#collection.name,
      now: new Date(now()),
    };
    if (!hasRules || this.#who?.kind === "superuser") return context;
    return {
      ...context,
      isCaller: true,
      guard: (name) => {
        const collection = collections.get(name);
        return collection === undefined
          ? { kind: "none" }
          : ruleOf(collection, "list", this.#who);
      },
    };
  }

  async #verdict(
    { before, record }: Change,
    memo: ChangeMemo,
    filter: Filter,
    context: PredicateContext,
  ): Promise<Verdict> {
    if (filter.kind === "all") return YES;
    if (filter.kind === "none") return NO;
    const predicate = filterPredicate(filter, context);
    const related = memo.related ??= new RelatedCache(this.#port.related);
    const meets = (row: Row | null) => {
      if (row === null) return false;
      const record = recordOf(this.#collection, row);
      return related.decide((related) => predicate(record, related));
    };
    return { before: await meets(before), after: await meets(record) };
  }

  async #show(
    { id, record, before }: Change,
    shows: "after" | "before" | "id",
  ): Promise<ShownRecord> {
    const row = shows === "after" ? record : before;
    if (shows === "id" || row === null) {
      return this.#port.showId(this.#collection, id);
    }
    return await this.#port.show(this.#collection, row);
  }
}

const YES: Verdict = { before: true, after: true };
const NO: Verdict = { before: false, after: false };
