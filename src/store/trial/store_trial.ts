/**
 * A store tried on copies of its file: one as it is, and one that gets indexes.
 * The file itself is only read.
 *
 * @module
 */
import { ActorSystem } from "../../actor/mod.ts";
import type { Engine, Row } from "../engine/engine.ts";
import { openEngine } from "../engine/open_engine.ts";
import type { StoreEngine } from "../engine/store_engine.ts";
import { RecordNotFoundError } from "../errors.ts";
import { explainList, listStatement } from "../explain_list.ts";
import type { QueryPlan } from "../query/query_plan.ts";
import type { ListOptions } from "../record_list.ts";
import type { Collection } from "../schema/collection.ts";
import { quoted, tableColumns } from "../schema/columns.ts";
import { indexDdl } from "../schema/ddl.ts";
import { partsOf, type Store } from "../store.ts";
import type { StoreParts } from "../store_parts.ts";

/** Which copy: as the store is, or with the index that is tried. */
export type TrialCopy = "plain" | "indexed";

/** An index that was made on a copy. */
export interface BuiltIndex {
  /** Its name in the file. */
  readonly name: string;
  /** Bytes that it takes in the file. */
  readonly bytes: number;
  /** Milliseconds in which it was made. */
  readonly buildMs: number;
}

const SIZE = {
  sql: "SELECT (page_count - freelist_count) * page_size AS bytes " +
    "FROM pragma_page_count(), pragma_freelist_count(), pragma_page_size()",
  values: [],
};

/** Resolves to the bytes that the records, indexes and changes of a store take. */
export async function sizeOfStore(of: Store): Promise<number> {
  return await bytesOf(partsOf(of).engine);
}

async function bytesOf(engine: Engine): Promise<number> {
  const [row] = await engine.read(SIZE);
  return Number(row?.bytes ?? 0);
}

/**
 * Copies a store twice into a directory, and opens the copies.
 *
 * @param directory An empty one, which whoever calls removes.
 */
export async function openTrial(
  of: Store,
  directory: string,
  signal?: AbortSignal,
): Promise<StoreTrial> {
  const parts = partsOf(of);
  const path = (copy: TrialCopy): string => `${directory}/${copy}.db`;
  signal?.throwIfAborted();
  await parts.engine.backup(path("plain"));
  signal?.throwIfAborted();
  await Deno.copyFile(path("plain"), path("indexed"));
  const system = new ActorSystem();
  const { settings } = parts;
  const open = (copy: TrialCopy): Promise<StoreEngine> =>
    openEngine(system, {
      ...settings,
      readers: 1,
      writer: { ...settings.writer, path: path(copy), maxPages: undefined },
    });
  try {
    signal?.throwIfAborted();
    const [plain, indexed] = await Promise.all([
      open("plain"),
      open("indexed"),
    ]);
    return new StoreTrial(parts, system, { plain, indexed });
  } catch (error) {
    await system.shutdown();
    throw error;
  }
}

/** A store on two copies, until it is disposed. */
export class StoreTrial implements AsyncDisposable {
  readonly #parts: StoreParts;
  readonly #system: ActorSystem;
  readonly #copies: Readonly<Record<TrialCopy, StoreEngine>>;

  /** Tries a store on copies that are open. */
  constructor(
    parts: StoreParts,
    system: ActorSystem,
    copies: Readonly<Record<TrialCopy, StoreEngine>>,
  ) {
    this.#parts = parts;
    this.#system = system;
    this.#copies = copies;
  }

  /**
   * Returns the collection of a name.
   *
   * @throws {RecordNotFoundError} if the store has none.
   */
  collection(name: string): Collection {
    const found = this.#parts.collections.get(name);
    if (found !== undefined) return found;
    throw new RecordNotFoundError(
      `Cannot try ${name}: the store has no such collection`,
    );
  }

  /** Resolves to what a copy does for a list. */
  plan(
    copy: TrialCopy,
    of: Collection,
    options: ListOptions,
  ): Promise<QueryPlan> {
    const access = this.#parts.access("program");
    return explainList(of, options, { access, executor: this.#copies[copy] });
  }

  /** Reads a list on a copy; resolves to the milliseconds that its reader worked. */
  async list(
    copy: TrialCopy,
    of: Collection,
    options: ListOptions,
  ): Promise<number> {
    const engine = this.#copies[copy];
    const statement = listStatement(of, options, this.#parts.access("program"));
    const before = engine.stats.readers.busyMs;
    await engine.read(statement);
    return engine.stats.readers.busyMs - before;
  }

  /** Resolves to rows of a collection, for {@linkcode createAgain}. */
  async sample(of: Collection, count: number): Promise<readonly Row[]> {
    const columns = tableColumns(of).filter(({ isGenerated }) => !isGenerated)
      .map(({ name }) => quoted(name)).join(", ");
    const table = quoted(of.name);
    // Ids are random, so the first ones are records of any kind.
    return await this.#copies.plain.read({
      sql: `SELECT ${columns} FROM ${table} ORDER BY id LIMIT ?`,
      values: [BigInt(count)],
    });
  }

  /**
   * Removes records from a copy and creates them again, with their changes in the
   * log, in one transaction. Resolves to the milliseconds that the writer worked
   * to create and to commit them.
   */
  async createAgain(
    copy: TrialCopy,
    of: Collection,
    rows: readonly Row[],
  ): Promise<number> {
    const engine = this.#copies[copy];
    const ids = rows.map(({ id }) => id ?? null);
    let before = 0;
    await engine.transaction(async ({ write }) => {
      await write({
        steps: [{
          kind: "run",
          statement: {
            sql: `DELETE FROM ${quoted(of.name)} WHERE id IN (${
              ids.map(() => "?").join(", ")
            })`,
            values: ids,
          },
        }],
      });
      before = engine.stats.writer.busyMs;
      await write({
        steps: rows.map((row) => ({
          kind: "create",
          collection: of.name,
          row,
        })),
      });
    }, { timeoutMs: 60_000 });
    return engine.stats.writer.busyMs - before;
  }

  /** Makes an index on the copy for indexes. */
  async addIndex(
    { name }: Collection,
    fields: readonly string[],
  ): Promise<BuiltIndex> {
    const engine = this.#copies.indexed;
    const { name: plain, sql } = indexDdl(name, { fields });
    // One of the same name may be there, with other fields.
    const index = `trial_${plain}`;
    const before = await bytesOf(engine);
    const busyBefore = engine.stats.writer.busyMs;
    await this.#run(sql.replace(quoted(plain), quoted(index)));
    const buildMs = engine.stats.writer.busyMs - busyBefore;
    const bytes = Math.max(0, await bytesOf(engine) - before);
    return { name: index, bytes, buildMs };
  }

  /** Removes an index from the copy. */
  async dropIndex({ name }: BuiltIndex): Promise<void> {
    await this.#run(`DROP INDEX ${quoted(name)}`);
  }

  async #run(sql: string): Promise<void> {
    await this.#copies.indexed.write({
      steps: [{ kind: "run", statement: { sql, values: [] } }],
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { plain, indexed } = this.#copies;
    await Promise.all([plain.close(), indexed.close()]);
    await this.#system.shutdown();
  }
}
