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
import { quoted, tableColumns } from "./schema/columns.ts";
import type { RuleName } from "./schema/rule.ts";
import {
  createStep,
  type RecordInput,
  updateStep,
  writtenRecord,
} from "./record_writes.ts";

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

/** The records of one collection. */
export interface Records<C extends Collection> {
  /**
   * Creates a record, and resolves to it when it is kept for good.
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
  get(id: string, options?: RecordOptions): Promise<RecordOf<C>>;
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
}

/** Where records are read and written: an engine, or a transaction. */
export interface Executor {
  read(statement: Statement, options?: RecordOptions): Promise<readonly Row[]>;
  write(work: WriteWork, options?: RecordOptions): Promise<WriteOutcome>;
}

/** What somebody may do, as conditions on records. */
export interface AllowedRecords {
  /** Whether everything is allowed. */
  readonly isFree: boolean;
  /** Returns the condition of a rule, for a statement on the table itself. */
  condition(
    collection: string,
    rule: RuleName,
    data?: RecordInput,
  ): Statement | undefined;
}

/** What records need beside where they are. */
export interface RecordsContext {
  readonly executor: Executor;
  readonly allowed: AllowedRecords;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Begins something that is not given to the executor at once. */
  readonly begin: () => Disposable;
}

/** The records of a collection over an executor. */
export class CollectionRecords<C extends Collection> implements Records<C> {
  readonly #collection: C;
  readonly #context: RecordsContext;
  readonly #columns: string;

  constructor(collection: C, context: RecordsContext) {
    this.#collection = collection;
    this.#context = context;
    this.#columns = tableColumns(collection)
      .filter(({ isHidden }) => !isHidden)
      .map(({ name }) => quoted(name)).join(", ");
  }

  async create(
    data: NewRecordOf<C>,
    options?: RecordOptions,
  ): Promise<RecordOf<C>> {
    using _work = this.#context.begin();
    const { executor, allowed, now } = this.#context;
    const { name } = this.#collection;
    const step = await createStep(this.#collection, data, now());
    const condition = allowed.condition(name, "create", data);
    const { steps: [done] } = await executor.write(
      { steps: [{ ...step, condition }] },
      options,
    );
    return this.#record(done?.after);
  }

  async get(id: string, options?: RecordOptions): Promise<RecordOf<C>> {
    return this.#record(await this.#row(id, "view", options));
  }

  async #row(
    id: string,
    rule: RuleName,
    options: RecordOptions | undefined,
  ): Promise<Row> {
    checkString("id", id);
    const { executor, allowed } = this.#context;
    const { name } = this.#collection;
    const condition = allowed.condition(name, rule);
    const more = condition === undefined ? "" : ` AND (${condition.sql})`;
    const [row] = await executor.read({
      sql: `SELECT ${this.#columns} FROM ${quoted(name)} WHERE "id" = ?${more}`,
      values: [id, ...condition?.values ?? []],
    }, options);
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
    options?: RecordOptions,
  ): Promise<RecordOf<C>> {
    checkString("id", id);
    using _work = this.#context.begin();
    const { executor, allowed, now } = this.#context;
    const { name, validate } = this.#collection;
    const condition = allowed.condition(name, "update", changes);
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const step = await updateStep(
        this.#collection,
        id,
        changes,
        now(),
        () => this.#row(id, "update", options),
      );
      try {
        const { steps: [done] } = await executor.write(
          { steps: [{ ...step, condition }] },
          options,
        );
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
    const { executor, allowed } = this.#context;
    const { name } = this.#collection;
    const condition = allowed.condition(name, "delete");
    await executor.write({
      steps: [{ kind: "delete", collection: name, id, condition }],
    }, options);
  }

  #record(row: Row | null | undefined): RecordOf<C> {
    // The columns are those of the definition.
    return writtenRecord(this.#collection, row) as RecordOf<C>;
  }
}
