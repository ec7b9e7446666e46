/**
 * The records of a store under the rules of whoever asks.
 *
 * @module
 */
import type { AuthRecords, PreparedAccount } from "../auth/auth_records.ts";
import type { StoreAuth } from "../auth/store_auth.ts";
import type { Engine, Row, Statement, WriteStep } from "../engine/engine.ts";
import { RecordNotFoundError } from "../errors.ts";
import { expandRecords } from "../query/expand.ts";
import { parseExpand } from "../query/expand_tree.ts";
import { ALL, type Filter } from "../query/filter.ts";
import { parseFilter } from "../query/filter_parser.ts";
import { countQuery, listQuery, recordQuery } from "../query/list_query.ts";
import type { QuerySchema } from "../query/query_schema.ts";
import { parseSort } from "../query/sort.ts";
import { createStep, updateStep } from "../record_writes.ts";
import { Access } from "../rules/access.ts";
import type { RuleBook } from "../rules/rule_book.ts";
import type { RuleRequest } from "../rules/rule_request.ts";
import type { Collection } from "../schema/collection.ts";
import type { Identity } from "../schema/identity.ts";
import { recordOf } from "../schema/record_row.ts";
import { hideAddresses } from "./hidden_address.ts";

/** A record as it is shown to whoever asks, with what is expanded in `expand`. */
export type ServedRecord = Readonly<Record<string, unknown>>;

/** What is written, by the names of fields. */
export type RecordData = Readonly<Record<string, unknown>>;

/** One write of a record. */
export type RecordWrite =
  | {
    readonly kind: "create";
    readonly collection: Collection;
    readonly data: RecordData;
  }
  | {
    readonly kind: "update";
    readonly collection: Collection;
    readonly id: string;
    readonly data: RecordData;
  }
  /** An update if `data.id` is that of a record, otherwise a create. */
  | {
    readonly kind: "upsert";
    readonly collection: Collection;
    readonly data: RecordData;
  }
  | {
    readonly kind: "delete";
    readonly collection: Collection;
    readonly id: string;
  };

/** What a list is made of. */
export interface RecordQuery {
  /** In the language of filters; empty for all. */
  readonly filter: string;
  /** Such as `-created,title`; empty for the order of ids. */
  readonly sort: string;
  /** Records at most. */
  readonly limit: number;
  /** Records that are left out before them. */
  readonly offset: number;
  /** Relations that are expanded, such as `owner,tags.group`; empty for none. */
  readonly expand: string;
}

/** What records are served from. */
export interface ServedStore {
  readonly engine: Engine;
  readonly auth: StoreAuth;
  /** What accounts are written from. */
  readonly accounts: AuthRecords;
  /** The collections by their names. */
  readonly collections: ReadonlyMap<string, Collection>;
  readonly schema: QuerySchema;
  readonly rules: RuleBook;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Who asks, and with what request. */
export interface Asking {
  readonly who: Identity;
  /** The client, for the limits of tries. */
  readonly client?: string;
  readonly request?: RuleRequest;
}

/** A step of a write, and the account whose sessions end with it. */
interface PreparedStep {
  readonly step: WriteStep;
  readonly ended?: { readonly collection: string; readonly id: string };
}

/** Times that writes are tried whose records are changed by others meanwhile. */
const MAX_TRIES = 10;

/** The records that somebody may see and change. */
export class ServedRecords {
  readonly #store: ServedStore;
  readonly #asking: Asking;

  /** Serves records of a store to somebody. */
  constructor(store: ServedStore, asking: Asking) {
    this.#store = store;
    this.#asking = asking;
  }

  /** Resolves to records that may be listed. */
  async list(
    collection: Collection,
    { filter, sort, limit, offset, expand }: RecordQuery,
  ): Promise<readonly ServedRecord[]> {
    const { name } = collection;
    const access = this.#access();
    const query = listQuery(
      access.condition(name, "list", filterOf(filter)),
      { sort: parseSort(sort), limit, offset },
      access.callerContext(name),
    );
    const rows = await this.#read(query.statement);
    return await this.expand(
      collection,
      rows.map((row) => this.#record(name, query.rowOf(row))),
      expand,
    );
  }

  /** Resolves to how many records may be listed. */
  async count({ name }: Collection, filter: string): Promise<number> {
    const condition = this.#access().condition(name, "list", filterOf(filter));
    const [row] = await this.#read(countQuery(condition, name));
    return Number(row?.["count"] ?? 0);
  }

  /**
   * Resolves to a record that may be viewed.
   *
   * @throws {RecordNotFoundError} as a rejection, if there is none.
   */
  async get(
    collection: Collection,
    id: string,
    expand: string,
  ): Promise<ServedRecord> {
    const { name } = collection;
    const access = this.#access();
    const condition = access.condition(name, "view");
    const context = access.callerContext(name);
    const [row] = await this.#read(recordQuery(id, condition, context));
    if (row === undefined) {
      throw new RecordNotFoundError(`Cannot find a record of ${name}`);
    }
    const records = [this.#record(name, row)];
    const [record] = await this.expand(collection, records, expand);
    return record ?? {};
  }

  /**
   * Checks what is to be expanded.
   *
   * @throws {QueryError} if something is no relation, or it is too much.
   */
  checkExpand({ name }: Collection, expand: string): void {
    if (expand !== "") parseExpand(expand, this.#access().callerContext(name));
  }

  /** Resolves to records with what they relate to, as far as it may be viewed. */
  async expand(
    { name }: Collection,
    records: readonly ServedRecord[],
    expand: string,
  ): Promise<readonly ServedRecord[]> {
    const { collections } = this.#store;
    const hide = (all: readonly ServedRecord[]) =>
      all.map((record) =>
        hideAddresses(collections, name, record, this.#asking.who)
      );
    if (expand === "") return hide(records);
    const access = this.#access();
    const context = access.callerContext(name);
    return hide(
      await expandRecords(records, parseExpand(expand, context), {
        ...context,
        read: (statement) => this.#read(statement),
        recordOf: (other, row) => this.#record(other, row),
        viewCondition: (other) => access.condition(other, "view"),
      }),
    );
  }

  /**
   * Does all of these or none; resolves to the records afterwards, `null` for
   * one that was deleted.
   */
  async write(
    writes: readonly RecordWrite[],
  ): Promise<readonly (ServedRecord | null)[]> {
    // A schema of a whole record has seen it as others may have changed it.
    const isGuarded = writes.some(({ collection }) =>
      collection.validate !== undefined
    );
    for (let tries = 1;; tries++) {
      try {
        return await this.#write(writes);
      } catch (error) {
        const isChanged = error instanceof RecordNotFoundError;
        if (!isGuarded || !isChanged || tries === MAX_TRIES) throw error;
      }
    }
  }

  async #write(
    writes: readonly RecordWrite[],
  ): Promise<readonly (ServedRecord | null)[]> {
    const { engine, auth } = this.#store;
    const prepared = await Promise.all(
      writes.map((write) => this.#step(write)),
    );
    const { steps: outcomes } = await engine.write({
      steps: prepared.map(({ step }) => step),
    });
    for (const { ended } of prepared) {
      if (ended !== undefined) {
        await auth.revokeSessions(ended.collection, ended.id);
      }
    }
    return writes.map(({ collection: { name } }, at) => {
      const after = outcomes[at]?.after ?? null;
      if (after === null) return null;
      return hideAddresses(
        this.#store.collections,
        name,
        this.#record(name, after),
        this.#asking.who,
      );
    });
  }

  async #step(write: RecordWrite): Promise<PreparedStep> {
    const { collection } = write;
    switch (write.kind) {
      case "create":
        return await this.#createStep(collection, write.data);
      case "update":
        return await this.#updateStep(collection, write.id, write.data);
      case "upsert": {
        const { id, ...data } = write.data;
        return typeof id === "string" && await this.#exists(collection, id)
          ? await this.#updateStep(collection, id, data)
          : await this.#createStep(collection, write.data);
      }
      case "delete":
        return {
          step: {
            kind: "delete",
            collection: collection.name,
            id: write.id,
            condition: this.#access().condition(collection.name, "delete"),
          },
        };
    }
  }

  async #createStep(
    collection: Collection,
    input: RecordData,
  ): Promise<PreparedStep> {
    const condition = this.#access(input).condition(collection.name, "create");
    const { data, hidden } = await this.#prepared(collection, input);
    const { now } = this.#store;
    const step = await createStep(collection, data, now(), hidden);
    return { step: { ...step, condition } };
  }

  async #updateStep(
    collection: Collection,
    id: string,
    input: RecordData,
  ): Promise<PreparedStep> {
    const access = this.#access(input);
    const condition = access.condition(collection.name, "update");
    const read = async () => {
      const query = recordQuery(
        id,
        condition,
        access.callerContext(collection.name),
      );
      const [row] = await this.#read(query);
      if (row !== undefined) return row;
      throw new RecordNotFoundError(`Cannot find ${collection.name} ${id}`);
    };
    // Nobody learns what is wrong with what he may not change.
    if (collection.kind === "auth") await read();
    const account = await this.#prepared(collection, input, id);
    const { data, hidden } = account;
    const { now } = this.#store;
    const step = await updateStep(collection, id, data, now(), read, hidden);
    return {
      step: { ...step, condition },
      ...(account.endsSessions
        ? { ended: { collection: collection.name, id } }
        : {}),
    };
  }

  async #prepared(
    collection: Collection,
    data: RecordData,
    id?: string,
  ): Promise<PreparedAccount> {
    if (collection.kind === "base") {
      return { data, hidden: {}, endsSessions: false };
    }
    const { who, client: address } = this.#asking;
    return await this.#store.accounts.prepare(
      { collection: collection.name, id, data, who },
      { address },
    );
  }

  async #exists({ name }: Collection, id: string): Promise<boolean> {
    const rows = await this.#read({
      sql: `SELECT 1 AS "one" FROM "${name}" WHERE "id" = ?`,
      values: [id],
    });
    return rows.length > 0;
  }

  #access(body?: RecordData): Access {
    const { rules, schema, now } = this.#store;
    const { who, request } = this.#asking;
    return new Access({
      rules,
      schema,
      who,
      now: new Date(now()),
      request: { ...request, body },
    });
  }

  #read(statement: Statement): Promise<readonly Row[]> {
    return this.#store.engine.read(statement);
  }

  #record(name: string, row: Readonly<Record<string, unknown>>): ServedRecord {
    const collection = this.#store.collections.get(name);
    if (collection === undefined) {
      throw new RecordNotFoundError(`Cannot find the collection ${name}`);
    }
    return recordOf(collection, row);
  }
}

function filterOf(text: string): Filter {
  return text === "" ? ALL : parseFilter(text);
}
