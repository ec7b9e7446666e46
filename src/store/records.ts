/**
 * The records of one collection, as a program or somebody under rules uses them.
 *
 * @module
 */
import { checkString } from "../checks/internal.ts";
import type {
  Row,
  Statement,
  WriteOutcome,
  WriteWork,
} from "./engine/engine.ts";
import { RecordNotFoundError, StoreBusyError } from "./errors.ts";
import type {
  Collection,
  NewRecordOf,
  RecordChangesOf,
  RecordOf,
} from "./schema/collection.ts";
import { selectById } from "./schema/columns.ts";
import type { RuleName } from "./schema/rule.ts";
import type { Identity } from "./schema/identity.ts";
import type { AuthRecords } from "./auth/auth_records.ts";
import { explainList } from "./explain_list.ts";
import type { AggregateRequest } from "./query/aggregate.ts";
import type { QueryPlan } from "./query/query_plan.ts";
import { parseExpand } from "./query/expand_tree.ts";
import type { Access } from "./rules/access.ts";
import {
  aggregateRecords,
  type CountOptions,
  countRecords,
  expanded,
  type ListContext,
  type ListOptions,
  listRecords,
  type RecordPage,
} from "./record_list.ts";
import { seenRecord } from "./seen_record.ts";
import { createStep, type RecordInput, updateStep } from "./record_writes.ts";
import type { QueryKind, SlowQueries } from "./slow_queries.ts";
import { dataOf, linkedFiles } from "./files/linked_files.ts";
import type { StoredFiles } from "./files/stored_files.ts";
import { Uploads } from "./files/uploads.ts";

/** Times that a change is tried whose record is changed by others meanwhile. */
const MAX_TRIES = 10;

/** Options of what is done with records. */
export interface RecordOptions {
  /**
   * Stops waiting: what has not begun is not done, and what has begun may be
   * done.
   */
  readonly signal?: AbortSignal;
}

/** Options of a read of one record. */
export interface GetOptions extends RecordOptions {
  /**
   * Relations whose records come along in `expand`, such as `owner,tags.group`.
   * @default {""}
   */
  readonly expand?: string;
}

/** The records of one collection. */
export interface Records<C extends Collection> {
  /**
   * Creates a record, and resolves to it when it is kept for good, with its
   * files.
   *
   * @throws {InvalidRecordError} as a rejection, with everything that is wrong.
   * @throws {NotUniqueError} as a rejection, if unique values are taken.
   * @throws {RuleRefusedError} as a rejection, if a rule refuses it.
   * @throws {StoreBusyError} as a rejection, if too much waits already.
   */
  create(data: NewRecordOf<C>, options?: RecordOptions): Promise<RecordOf<C>>;
  /**
   * Resolves to the record of an id.
   *
   * @throws {RecordNotFoundError} as a rejection, if there is none, or none that
   * may be seen.
   */
  get(id: string, options?: GetOptions): Promise<RecordOf<C>>;
  /**
   * Changes the fields that are given, and resolves to the record.
   *
   * @throws {RecordNotFoundError} as a rejection, if there is none, or none that
   * may be changed.
   * @throws {InvalidRecordError} as a rejection, with everything that is wrong.
   * @throws {NotUniqueError} as a rejection, if unique values are taken.
   */
  update(
    id: string,
    changes: RecordChangesOf<C>,
    options?: RecordOptions,
  ): Promise<RecordOf<C>>;
  /**
   * Deletes a record, and what its relations say.
   *
   * @throws {RecordNotFoundError} as a rejection, if there is none, or none that
   * may be deleted.
   * @throws {RecordInUseError} as a rejection, if a relation forbids it.
   */
  delete(id: string, options?: RecordOptions): Promise<void>;
  /**
   * Reads a page of records.
   *
   * @param options May be left out; each option has its default.
   * @throws {QueryError} as a rejection, if the filter, the order, the cursor or
   * the expansion does not fit.
   */
  list(options?: ListOptions): Promise<RecordPage<RecordOf<C>>>;
  /**
   * Resolves to what SQLite would do for a list: whether it reads all records of
   * the collection, and the index that would serve it.
   *
   * @param options Those of the list; may be left out.
   * @throws {QueryError} as a rejection, if the filter, the order or the cursor
   * does not fit.
   */
  explain(options?: ListOptions): Promise<QueryPlan>;
  /**
   * Counts the records that a filter selects.
   *
   * @param options May be left out; each option has its default.
   * @throws {QueryError} as a rejection, if the filter does not fit.
   */
  count(options?: CountOptions): Promise<number>;
  /**
   * Makes numbers of records, or of groups of them: how many, their sum, least,
   * greatest and mean.
   *
   * @throws {QueryError} as a rejection, if a field has no such value.
   */
  aggregate(
    request: AggregateRequest & CountOptions,
  ): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

/** Where records are read and written: an engine, or a transaction. */
export interface Executor {
  read(statement: Statement, options?: RecordOptions): Promise<readonly Row[]>;
  write(work: WriteWork, options?: RecordOptions): Promise<WriteOutcome>;
}

/** What records need beside where they are. */
export interface RecordsContext {
  readonly executor: Executor;
  readonly collections: ReadonlyMap<string, Collection>;
  /** Returns what who asks may do now, with what they want to write. */
  readonly access: (data?: RecordInput) => Access;
  readonly who: Identity | "program";
  /** Prepares what accounts are written from. */
  readonly accounts: Pick<AuthRecords, "prepare">;
  /** Takes new files; undefined where none can be taken. */
  readonly files: StoredFiles | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Begins something that is not given to the executor at once. */
  readonly begin: () => Disposable;
  /** Takes note of the queries; undefined for those of a transaction. */
  readonly queries: SlowQueries | undefined;
}

/** The records of a collection over an executor. */
export class CollectionRecords<C extends Collection> implements Records<C> {
  readonly #collection: C;
  readonly #context: RecordsContext;
  /** What reads a record by its id. */
  readonly #byId: string;

  constructor(collection: C, context: RecordsContext) {
    this.#collection = collection;
    this.#context = context;
    this.#byId = selectById(collection);
  }

  async create(
    data: NewRecordOf<C>,
    options: RecordOptions = {},
  ): Promise<RecordOf<C>> {
    using _work = this.#context.begin();
    const { executor, now, access, who } = this.#context;
    if (who !== "program") {
      access(dataOf(this.#collection, data)).checkCreate(this.#collection.name);
    }
    await using uploads = new Uploads(this.#context.files);
    const given = await uploads.take(this.#collection, data, options);
    const { fields, hidden } = await this.#written(undefined, given, options);
    const step = await createStep(this.#collection, fields, now(), hidden);
    const condition = this.#condition("create", fields);
    const { steps: [done] } = await executor.write(
      { steps: [{ ...step, condition }] },
      options,
    );
    uploads.keep();
    return this.#record(done?.after);
  }

  /** The condition of a rule; undefined if everything is allowed. */
  #condition(rule: RuleName, data?: RecordInput): Statement | undefined {
    if (this.#context.who === "program") return undefined;
    const access = this.#context.access(
      data && linkedFiles(this.#collection, data).data,
    );
    if (access.isFree) return undefined;
    return access.condition(this.#collection.name, rule);
  }

  /** What is written of what was given: a password is kept as its hash. */
  async #written(
    id: string | undefined,
    data: unknown,
    { signal }: RecordOptions,
  ): Promise<{ fields: RecordInput; hidden: Row }> {
    const { kind, name } = this.#collection;
    const isObject = typeof data === "object" && data !== null;
    if (kind === "base" || !isObject) {
      return { fields: data as RecordInput, hidden: {} };
    }
    const { who, accounts } = this.#context;
    const { data: fields, hidden } = await accounts.prepare({
      collection: name,
      id,
      data: { ...data },
      who,
    }, { signal });
    return { fields, hidden };
  }

  async get(id: string, options: GetOptions = {}): Promise<RecordOf<C>> {
    const { expand = "", signal } = options;
    if (expand === "") {
      return this.#record(await this.#row(id, "view", options));
    }
    const others = signal === undefined ? {} : { signal };
    const access = this.#context.access();
    const { name } = this.#collection;
    const nodes = parseExpand(expand, access.callerContext(name));
    const record = this.#record(await this.#row(id, "view", others));
    const [whole] = await expanded(
      [record],
      nodes,
      this.#listContext(access),
      others,
    );
    return whole as RecordOf<C>;
  }

  async #row(
    id: string,
    rule: RuleName,
    options: RecordOptions | undefined,
    data?: RecordInput,
  ): Promise<Row> {
    checkString("id", id);
    const { name } = this.#collection;
    const condition = this.#condition(rule, data);
    const [row] = await this.#context.executor.read(
      condition === undefined
        ? { sql: this.#byId, values: [id], isLimited: true }
        : {
          sql: `${this.#byId} AND (${condition.sql})`,
          values: [id, ...condition.values],
          isLimited: true,
        },
      options,
    );
    if (row !== undefined) return row;
    throw new RecordNotFoundError(
      `Cannot find a record of ${name}: there is none with the id ${
        JSON.stringify(id.slice(0, 40))
      }, or none that may be seen`,
    );
  }

  async update(
    id: string,
    changes: RecordChangesOf<C>,
    options: RecordOptions = {},
  ): Promise<RecordOf<C>> {
    checkString("id", id);
    using _work = this.#context.begin();
    const { executor, now } = this.#context;
    const { name, validate, kind } = this.#collection;
    if (kind === "auth") {
      // Nobody learns what is wrong with what he may not change.
      await this.#row(id, "update", options, dataOf(this.#collection, changes));
    }
    await using uploads = new Uploads(this.#context.files);
    const given = await uploads.take(this.#collection, changes, options);
    const { fields, hidden } = await this.#written(id, given, options);
    const condition = this.#condition("update", fields);
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const step = await updateStep(
        this.#collection,
        id,
        fields,
        now(),
        () => this.#row(id, "update", options, fields),
        hidden,
      );
      try {
        const { steps: [done] } = await executor.write(
          { steps: [{ ...step, condition }] },
          options,
        );
        uploads.keep();
        return this.#record(done?.after);
      } catch (error) {
        // Another change came between the look at the record and the write.
        const isChanged = error instanceof RecordNotFoundError;
        if (validate === undefined || !isChanged) throw error;
      }
    }
    throw new StoreBusyError(
      `Cannot change ${name} ${id}: it was changed by others ${MAX_TRIES} times meanwhile, try again`,
    );
  }

  async delete(id: string, options?: RecordOptions): Promise<void> {
    checkString("id", id);
    const { name } = this.#collection;
    const condition = this.#condition("delete");
    await this.#context.executor.write({
      steps: [{ kind: "delete", collection: name, id, condition }],
    }, options);
  }

  async list(options: ListOptions = {}): Promise<RecordPage<RecordOf<C>>> {
    const context = this.#listContext(this.#context.access());
    const page = await this.#watched(
      "list",
      options,
      listRecords(this.#collection, options, context),
    );
    // The columns are those of the definition.
    return page as RecordPage<RecordOf<C>>;
  }

  explain(options: ListOptions = {}): Promise<QueryPlan> {
    const context = this.#listContext(this.#context.access());
    return explainList(this.#collection, options, context);
  }

  count(options: CountOptions = {}): Promise<number> {
    const context = this.#listContext(this.#context.access());
    return this.#watched(
      "count",
      options,
      countRecords(this.#collection, options, context),
    );
  }

  aggregate(
    request: AggregateRequest & CountOptions,
  ): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const context = this.#listContext(this.#context.access());
    return this.#watched(
      "aggregate",
      request,
      aggregateRecords(this.#collection, request, context),
    );
  }

  #watched<T>(
    kind: QueryKind,
    options: Pick<ListOptions, "filter" | "sort">,
    query: Promise<T>,
  ): Promise<T> {
    const { queries } = this.#context;
    if (queries === undefined) return query;
    return queries.watch(kind, query, {
      collection: this.#collection.name,
      options,
      explain: (example) => this.explain(example),
    });
  }

  #listContext(access: Access): ListContext {
    const { executor, collections, who } = this.#context;
    return {
      executor,
      access,
      collections,
      recordOf: (collection, row) => seenRecord(collection, row, who),
    };
  }

  #record(row: Row | null | undefined): RecordOf<C> {
    const { who } = this.#context;
    // The columns are those of the definition.
    return seenRecord(this.#collection, row ?? {}, who) as RecordOf<C>;
  }
}
