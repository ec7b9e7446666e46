/**
 * A store: typed collections of records in one file.
 *
 * @module
 */
import type { ActorSystem } from "../actor/mod.ts";
import { realClock } from "../actor/mod.ts";
import { checkMethods, kindOf } from "../checks/internal.ts";
import { resolveAuthOptions } from "./auth/auth_options.ts";
import { openAuthParts } from "./auth/auth_parts.ts";
import { superusers } from "./auth/auth_tables.ts";
import { StoreAuth } from "./auth/store_auth.ts";
import type { Cursor, Engine } from "./engine/engine.ts";
import type { EngineStats } from "./engine/engine_stats.ts";
import type { AuthStats } from "./auth/auth_stats.ts";
import { openEngine } from "./engine/open_engine.ts";
import { resolveFilesOptions } from "./files/files_options.ts";
import { StoredFiles } from "./files/stored_files.ts";
import { querySchemaOf } from "./query/query_schema.ts";
import type { RecordOptions, Records } from "./records.ts";
import { RuleBook } from "./rules/rule_book.ts";
import type { RequestInfo } from "./http/store_handler.ts";
import { resolveStoreHttpOptions } from "./http/options.ts";
import type { ChangeSubscription } from "./realtime/change_subscription.ts";
import type { Collection, RecordOf } from "./schema/collection.ts";
import { checkIdentity, type Identity } from "./schema/identity.ts";
import { recordOf } from "./schema/record_row.ts";
import {
  resolveStoreOptions,
  type StoredFunctions,
  type StoreOptions,
} from "./store_options.ts";
import {
  resolveSlowQueryOptions,
  SlowQueries,
  type SlowQuery,
} from "./slow_queries.ts";
import { StoreParts } from "./store_parts.ts";
import type { StoredFunction } from "./stored_function.ts";

/** The input of a stored function. */
export type FunctionInput<F> = F extends StoredFunction<infer Input, infer _>
  ? Input
  : never;

/** What the promise of a stored function resolves to. */
export type FunctionOutput<F> = F extends StoredFunction<infer _, infer Output>
  ? Awaited<Output>
  : never;

/** Options of {@linkcode Store.subscribe}. */
export interface SubscribeOptions {
  /**
   * Follows one record alone.
   * @default {all of the collection}
   */
  readonly id?: string;
  /**
   * Which records, in the language of filters. A record that no longer is as it
   * says is seen as deleted.
   * @default {""}
   */
  readonly filter?: string;
  /**
   * Relations whose records come along in `expand`.
   * @default {""}
   */
  readonly expand?: string;
  /**
   * The cursor behind which it begins: the `cursor` of the last change that was
   * seen, or of the store before something was read.
   * @default {that of now}
   */
  readonly after?: string;
}

/** A store as the program itself or somebody under rules uses it. */
export interface StoreView<F extends StoredFunctions = StoredFunctions> {
  /**
   * Returns the records of a collection.
   *
   * @throws {StoreError} if the store does not have the collection.
   */
  collection<C extends Collection>(of: C): Records<C>;
  /**
   * Calls a stored function, and resolves to what it returns when what it has
   * written is kept for good.
   *
   * @throws {RuleRefusedError} as a rejection, if who asks may not call it.
   * @throws {InvalidRecordError} as a rejection, if the input is not valid.
   * @throws {StoreTimeoutError} as a rejection, if it takes too long.
   * @throws {StoreError} as a rejection, if there is no such function. What it
   * throws itself is a rejection too.
   */
  call<Name extends keyof F & string>(
    name: Name,
    input: FunctionInput<F[Name]>,
    options?: RecordOptions,
  ): Promise<FunctionOutput<F[Name]>>;
  /**
   * Follows the changes of a collection, as they are committed and in order: an
   * async iterable that ends when it is disposed. Of `as()` it is under the rule
   * `list`, or `view` with `id`, and under the account as it is by then; with the
   * account it ends.
   *
   * @param options May be left out; each option has its default.
   * @throws {StoreError} if the store does not have the collection.
   * @throws {QueryError} if the filter does not fit.
   */
  subscribe<C extends Collection>(
    of: C,
    options?: SubscribeOptions,
  ): ChangeSubscription<RecordOf<C>>;
}

/** What a store does at the moment, and the sums since it was opened. */
export interface StoreStats extends EngineStats {
  /** Time of the numbers, in milliseconds since 1970. */
  readonly atMs: number;
  /** What authentication does, in numbers. */
  readonly auth: AuthStats;
}

/** A store, for the program itself: no rule counts. */
export interface Store<F extends StoredFunctions = StoredFunctions>
  extends StoreView<F>, AsyncDisposable {
  /** The authentication of its accounts. */
  readonly auth: StoreAuth;
  /** The cursor of the last change of which subscribers were notified. */
  readonly cursor: Cursor;
  /**
   * Returns the store as somebody uses it: each rule counts, and what it does not
   * allow is not there. The address of an account whose `emailVisibility` is
   * false is left out of its record, but for the account itself.
   *
   * @param who Such as `await data.auth.identityOf(request)`, or `null` for
   * nobody in particular.
   * @throws {TypeError} if it is no identity.
   */
  as(who: Identity): StoreView<F>;
  /**
   * Serves the store over HTTP, as PocketBase's client expects it: for
   * `Deno.serve`, or a router. It never rejects.
   */
  readonly handler: (
    request: Request,
    info?: RequestInfo,
  ) => Promise<Response>;
  /**
   * Returns the lists, counts and aggregates that were slow, each shape once and
   * the one that took longest in all first: 200 of them at most.
   */
  slowQueries(): readonly SlowQuery[];
  /**
   * Copies everything to a file, as it is at one moment, while the store is used.
   *
   * @throws {StoreFileError} as a rejection, if the file exists already.
   * @throws {StoreFullError} as a rejection, if there is no room for it.
   * @throws {StorePermissionError} as a rejection, if the program may not write it.
   */
  backup(path: string): Promise<void>;
  /** Looks through the whole file, and resolves to what is wrong: nothing, if all is right. */
  integrityCheck(): Promise<readonly string[]>;
  /**
   * Returns what the store does, in numbers: how long its threads were busy, and
   * what waits for them. Two of them, some time apart, say what it is busy with.
   */
  stats(): StoreStats;
  /** Ends the store, when what it was asked is done. */
  close(): Promise<void>;
}

/**
 * Opens a store, or creates it. It ends with `system`, at once; `close` ends it
 * in order.
 *
 * Tables, columns that may be empty and indexes that are missing are made. For
 * every other difference between the collections and the file a migration is
 * needed.
 *
 * @throws {StoreLockedError} as a rejection, if another process or another store
 * has the file.
 * @throws {StoreCorruptError} as a rejection, if the file is damaged or another
 * program's.
 * @throws {SchemaDifferenceError} as a rejection, if a migration is needed.
 * @throws {MigrationError} as a rejection, if a migration fails or was changed.
 * @throws {StoreFileError} as a rejection, if the file cannot be opened.
 * @throws {StorePermissionError} as a rejection, if the program lacks a permission
 * of Deno that the store needs.
 * @throws {TypeError} as a rejection, for an option of the wrong type.
 * @throws {RangeError} as a rejection, for an option that is out of its range.
 *
 * @example
 * ```ts
 * import { ActorSystem } from "@troupe/troupe/actor";
 * import { bool, collection, store, text } from "@troupe/troupe/store";
 *
 * const tasks = collection("tasks", {
 *   fields: { title: text({ required: true }), done: bool() },
 * });
 *
 * await using system = new ActorSystem();
 * await using data = await store(system, {
 *   path: `${await Deno.makeTempDir()}/data.db`,
 *   collections: [tasks],
 * });
 * const { id } = await data.collection(tasks).create({ title: "Tidy up" });
 * const task = await data.collection(tasks).update(id, { done: true });
 * console.assert(task.done && task.title === "Tidy up");
 * ```
 */
export async function store<const F extends StoredFunctions = StoredFunctions>(
  system: ActorSystem,
  options: StoreOptions<F>,
): Promise<Store<F>> {
  checkMethods("system", system, ["spawn", "tree"], "an ActorSystem");
  const now = wallClock(system);
  const authOptions = resolveAuthOptions(options?.auth);
  resolveStoreHttpOptions(options?.http);
  const slowQueries = resolveSlowQueryOptions(options?.slowQueries);
  const settings = await resolveStoreOptions(options, now);
  const filesOptions = resolveFilesOptions(
    options.files,
    options.path,
    settings.writer.synchronous === "full",
  );
  const collections = [...options.collections, superusers];
  const schema = querySchemaOf(collections);
  // A rule that cannot be is found before the file is opened.
  const rules = new RuleBook(collections, schema);
  const engine = await openEngine(system, settings);
  const parts = openAuthParts(
    { engine, collections, readRecord: recordOf, clock: system.clock },
    authOptions,
  );
  const files = new StoredFiles({
    engine,
    collections,
    options: filesOptions,
    clock: system.clock,
    now,
  });
  await files.sweep();
  return new OpenStore<F>(
    new StoreParts({
      files,
      engine,
      settings,
      collections: new Map(collections.map((one) => [one.name, one])),
      schema,
      rules,
      accounts: parts.records,
      auth: new StoreAuth(parts),
      functions: options.functions ?? {},
      http: options.http ?? {},
      queries: new SlowQueries(slowQueries, system.clock, now),
      clock: system.clock,
      now,
    }),
  );
}

/** Returns the time of day, which goes on as the clock of a system does. */
function wallClock({ clock }: ActorSystem): () => number {
  if (clock === realClock) return Date.now;
  const offset = Date.now() - Math.floor(clock.now());
  return () => offset + Math.floor(clock.now());
}

const opened = new WeakMap<Store, StoreParts>();

/**
 * Returns what a store is made of, for the other folders of the room.
 *
 * @throws {TypeError} if it is no store.
 */
export function partsOf(of: Store): StoreParts {
  const parts = opened.get(of);
  if (parts !== undefined) return parts;
  throw new TypeError(
    `Cannot use store: it is ${kindOf(of)}, it must be one that store() opens`,
  );
}

/** Returns the engine of a store. */
export function engineOf(of: Store): Engine {
  return partsOf(of).engine;
}

class View<F extends StoredFunctions> implements StoreView<F> {
  readonly #parts: StoreParts;
  readonly #who: Identity | "program";

  constructor(parts: StoreParts, who: Identity | "program") {
    this.#parts = parts;
    this.#who = who;
  }

  collection<C extends Collection>(of: C): Records<C> {
    return this.#parts.records(of, this.#who);
  }

  async call<Name extends keyof F & string>(
    name: Name,
    input: FunctionInput<F[Name]>,
    options: RecordOptions = {},
  ): Promise<FunctionOutput<F[Name]>> {
    const output = await this.#parts.call(name, input, this.#who, options);
    // The function is the one of that name.
    return output as FunctionOutput<F[Name]>;
  }

  subscribe<C extends Collection>(
    of: C,
    options: SubscribeOptions = {},
  ): ChangeSubscription<RecordOf<C>> {
    // The records are those of the collection.
    return this.#parts.subscribe(of, options, this.#who) as ChangeSubscription<
      RecordOf<C>
    >;
  }
}

class OpenStore<F extends StoredFunctions> extends View<F> implements Store<F> {
  readonly #parts: StoreParts;

  constructor(parts: StoreParts) {
    super(parts, "program");
    this.#parts = parts;
    opened.set(this, parts);
  }

  get auth(): StoreAuth {
    return this.#parts.auth;
  }

  get cursor(): Cursor {
    return this.#parts.engine.cursor;
  }

  as(who: Identity): StoreView<F> {
    checkIdentity(who);
    return new View(this.#parts, who);
  }

  readonly handler = (
    request: Request,
    info?: RequestInfo,
  ): Promise<Response> => this.#parts.handler.fetch(request, info);

  slowQueries(): readonly SlowQuery[] {
    return this.#parts.queries.all;
  }

  backup(path: string): Promise<void> {
    return this.#parts.engine.backup(path);
  }

  stats(): StoreStats {
    const { engine, auth, now } = this.#parts;
    return { atMs: now(), ...engine.stats, auth: auth.stats };
  }

  integrityCheck(): Promise<readonly string[]> {
    return this.#parts.engine.integrityCheck();
  }

  close(): Promise<void> {
    return this.#parts.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
