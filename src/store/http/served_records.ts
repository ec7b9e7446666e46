/**
 * The records of a store under the rules of whoever asks.
 *
 * @module
 */
import type { PreparedAccount } from "../auth/auth_records.ts";
import type { Row, Statement, WriteStep } from "../engine/engine.ts";
import { RecordNotFoundError } from "../errors.ts";
import {
  type AppliedFiles,
  applyFileChanges,
  hasFileChanges,
} from "../files/file_changes.ts";
import { linkedFiles } from "../files/linked_files.ts";
import { parseExpand } from "../query/expand_tree.ts";
import { recordQuery } from "../query/list_query.ts";
import type { Sql } from "../query/sql.ts";
import { expanded } from "../record_list.ts";
import { createStep, updateStep } from "../record_writes.ts";
import type { Records } from "../records.ts";
import { seenRecord } from "../seen_record.ts";
import type { Access } from "../rules/access.ts";
import type { RuleRequest } from "../rules/rule_request.ts";
import type { Collection } from "../schema/collection.ts";
import type { Identity } from "../schema/identity.ts";
import type { Rule } from "../schema/rule.ts";
import type { StoreParts } from "../store_parts.ts";

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
  /**
   * An update if `data.id` is that of a record that may be updated, otherwise a
   * create.
   */
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
export type ServedStore = StoreParts;

/** Who asks, and with what request. */
export interface Asking {
  readonly who: Identity | "program";
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
    query: RecordQuery,
  ): Promise<readonly ServedRecord[]> {
    return (await this.#records(collection).list(query)).items;
  }

  /** Resolves to how many records may be listed. */
  count(collection: Collection, filter: string): Promise<number> {
    return this.#records(collection).count({ filter });
  }

  /**
   * Resolves to a record that may be viewed.
   *
   * @throws {RecordNotFoundError} as a rejection, if there is none.
   */
  get(
    collection: Collection,
    id: string,
    expand: string,
  ): Promise<ServedRecord> {
    return this.#records(collection).get(id, { expand });
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
    if (expand === "") return records;
    const access = this.#access();
    const { collections, engine } = this.#store;
    const nodes = parseExpand(expand, access.callerContext(name));
    return await expanded(records, nodes, {
      executor: engine,
      access,
      collections,
      recordOf: (of, row) => this.seen(of, row),
    }, {});
  }

  /** Returns the record of a row, as who asks sees it. */
  seen(collection: Collection, row: Row): ServedRecord {
    return seenRecord(collection, row, this.#asking.who);
  }

  /**
   * Does all of these or none; resolves to the records afterwards, `null` for
   * one that was deleted.
   */
  async write(
    writes: readonly RecordWrite[],
  ): Promise<readonly (ServedRecord | null)[]> {
    // A schema of a whole record has seen it as others may have changed it.
    const isGuarded = writes.some((write) =>
      write.collection.validate !== undefined ||
      write.kind !== "delete" && hasFileChanges(write.collection, write.data)
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
    return writes.map(({ collection }, at) => {
      const after = outcomes[at]?.after ?? null;
      return after === null ? null : this.seen(collection, after);
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
        return typeof id === "string" &&
            await this.#mayUpdate(collection, id, data)
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

  /**
   * Checks, before its body is read, that somebody may create a record, as far as
   * that depends on nothing in it.
   *
   * @throws {RuleRefusedError} if they may not.
   */
  checkCreate({ name, rules: { create } }: Collection): void {
    if (!dependsOnBody(create)) this.#access().checkCreate(name);
  }

  /**
   * Checks, before its body is read, that somebody may change a record, as far as
   * that depends on nothing in it.
   *
   * @throws {RecordNotFoundError} as a rejection, if they may not.
   */
  async checkUpdate(collection: Collection, id: string): Promise<void> {
    if (dependsOnBody(collection.rules.update)) return;
    const access = this.#access();
    const { name } = collection;
    const condition = access.condition(name, "update");
    await this.#row(collection, id, condition, access);
  }

  async #row(
    { name }: Collection,
    id: string,
    condition: Sql,
    access: Access,
  ): Promise<Row> {
    const query = recordQuery(id, condition, access.callerContext(name));
    const [row] = await this.#read(query);
    if (row !== undefined) return row;
    throw new RecordNotFoundError(`Cannot find ${name} ${id}`);
  }

  async #createStep(
    collection: Collection,
    given: RecordData,
  ): Promise<PreparedStep> {
    const { data: input } = applyFileChanges(collection, given, null);
    const access = this.#access(linkedFiles(collection, input).data);
    access.checkCreate(collection.name);
    const condition = access.condition(collection.name, "create");
    const { data, hidden } = await this.#prepared(collection, input);
    const { now } = this.#store;
    const step = await createStep(collection, data, now(), hidden);
    return { step: { ...step, condition } };
  }

  async #updateStep(
    collection: Collection,
    id: string,
    given: RecordData,
  ): Promise<PreparedStep> {
    const { data: input, guard } = await this.#applied(collection, id, given);
    const access = this.#access(linkedFiles(collection, input).data);
    const condition = access.condition(collection.name, "update");
    const read = () => this.#row(collection, id, condition, access);
    // Nobody learns what is wrong with what he may not change.
    if (collection.kind === "auth") await read();
    const account = await this.#prepared(collection, input, id);
    const { data, hidden } = account;
    const { now } = this.#store;
    const step = await updateStep(collection, id, data, now(), read, hidden);
    const expected = { ...step.expected, ...guard };
    return {
      step: { ...step, condition, expected },
      ...(account.endsSessions
        ? { ended: { collection: collection.name, id } }
        : {}),
    };
  }

  /** Resolves to what is written, with the files that the record has already. */
  async #applied(
    collection: Collection,
    id: string,
    data: RecordData,
  ): Promise<AppliedFiles> {
    if (!hasFileChanges(collection, data)) return { data, guard: {} };
    const access = this.#access(linkedFiles(collection, data).data);
    const condition = access.condition(collection.name, "update");
    const row = await this.#row(collection, id, condition, access);
    return applyFileChanges(collection, data, row);
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

  /**
   * Resolves to whether there is a record that may be updated. One that may not
   * is as if it did not exist, for whom there is no telling them apart.
   */
  async #mayUpdate(
    { name }: Collection,
    id: string,
    data: RecordData,
  ): Promise<boolean> {
    const access = this.#access(data);
    const condition = access.condition(name, "update");
    const rows = await this.#read(
      recordQuery(id, condition, access.callerContext(name)),
    );
    return rows.length > 0;
  }

  #records(collection: Collection): Records<Collection> {
    const { who, request } = this.#asking;
    return this.#store.records(collection, who, request);
  }

  #access(body?: RecordData): Access {
    const { who, request } = this.#asking;
    return this.#store.access(
      who,
      body === undefined ? request : { ...request, body },
    );
  }

  #read(statement: Statement): Promise<readonly Row[]> {
    return this.#store.engine.read(statement);
  }
}

/** Whether a rule may depend on what is written. */
function dependsOnBody(rule: Rule | undefined): boolean {
  return typeof rule === "function" ||
    typeof rule === "string" && rule.includes("@request.body");
}
