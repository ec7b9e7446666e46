/**
 * A store: typed collections of records in one file.
 *
 * @module
 */
import type { ActorSystem } from "../actor/mod.ts";
import { realClock } from "../actor/mod.ts";
import {
  checkMethods,
  checkString,
  closestName,
  kindOf,
} from "../checks/internal.ts";
import type { Change, Changes, Cursor, Engine } from "./engine/engine.ts";
import { openEngine } from "./engine/store_engine.ts";
import { RuleRefusedError, StoreError } from "./errors.ts";
import { OpenWork } from "./open_work.ts";
import {
  type AllowedRecords,
  CollectionRecords,
  type Executor,
  type RecordOptions,
  type Records,
} from "./records.ts";
import type { Collection } from "./schema/collection.ts";
import type { Identity } from "./schema/identity.ts";
import {
  resolveStoreOptions,
  type StoredFunctions,
  type StoreOptions,
} from "./store_options.ts";
import { checkedInput, type StoredFunction } from "./stored_function.ts";

/** The input of a stored function. */
export type FunctionInput<F> = F extends StoredFunction<infer Input, infer _>
  ? Input
  : never;

/** What the promise of a stored function resolves to. */
export type FunctionOutput<F> = F extends StoredFunction<infer _, infer Output>
  ? Awaited<Output>
  : never;

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
}

/** A store, for the program itself: no rule counts. */
export interface Store<F extends StoredFunctions = StoredFunctions>
  extends StoreView<F>, AsyncDisposable {
  /** The cursor of the last change of which subscribers were notified. */
  readonly cursor: Cursor;
  /**
   * Calls a function after each commit, with its changes in order. It must not
   * block; what it throws is printed and harms nothing.
   */
  subscribe(onCommitted: (changes: readonly Change[]) => void): Disposable;
  /**
   * Reads the changes after a cursor; `"0"` is the one before the first.
   *
   * @param limit How many at most, 1 to 10000.
   * @throws {ChangesLostError} as a rejection, if the log does not reach back.
   */
  changesSince(cursor: Cursor, limit: number): Promise<Changes>;
  /**
   * Copies everything to a file, as it is at one moment, while the store is used.
   *
   * @throws {StoreFileError} as a rejection, if the file exists already.
   */
  backup(path: string): Promise<void>;
  /** Looks through the whole file, and resolves to what is wrong: nothing, if all is right. */
  integrityCheck(): Promise<readonly string[]>;
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
  const settings = await resolveStoreOptions(options, now);
  const engine = await openEngine(system, settings);
  return new OpenStore<F>(engine, options, now);
}

/** Returns the time of day, which goes on as the clock of a system does. */
function wallClock({ clock }: ActorSystem): () => number {
  if (clock === realClock) return Date.now;
  const offset = Date.now() - Math.floor(clock.now());
  return () => offset + Math.floor(clock.now());
}

const engines = new WeakMap<Store, Engine>();

/**
 * Returns the engine of a store, for the other folders of the room.
 *
 * @throws {TypeError} if it is no store.
 */
export function engineOf(of: Store): Engine {
  const engine = engines.get(of);
  if (engine !== undefined) return engine;
  throw new TypeError(
    `Cannot use store: it is ${kindOf(of)}, it must be one that store() opens`,
  );
}

/** No rule counts for the program itself. */
const EVERYTHING: AllowedRecords = { isFree: true, condition: () => undefined };

/** What a stored function does is part of its call. */
const within = (): Disposable => ({ [Symbol.dispose]() {} });

class OpenStore<F extends StoredFunctions> implements Store<F> {
  readonly #engine: Engine;
  readonly #functions: F | undefined;
  readonly #collections: ReadonlySet<Collection>;
  readonly #now: () => number;
  readonly #work = new OpenWork();
  readonly #begin = (): Disposable => this.#work.begin();

  constructor(
    engine: Engine,
    { functions, collections }: StoreOptions<F>,
    now: () => number,
  ) {
    this.#engine = engine;
    engines.set(this, engine);
    this.#functions = functions;
    this.#collections = new Set(collections);
    this.#now = now;
  }

  get cursor(): Cursor {
    return this.#engine.cursor;
  }

  collection<C extends Collection>(of: C): Records<C> {
    return this.#records(of, this.#engine, EVERYTHING, this.#begin);
  }

  #records<C extends Collection>(
    of: C,
    executor: Executor,
    allowed: AllowedRecords,
    begin: () => Disposable,
  ): Records<C> {
    if (!this.#collections.has(of)) {
      throw new StoreError(
        `Cannot use collection ${of?.name}: the store does not have it, list it in the options of store()`,
      );
    }
    return new CollectionRecords(of, {
      executor,
      allowed,
      now: this.#now,
      begin,
    });
  }

  async call<Name extends keyof F & string>(
    name: Name,
    input: FunctionInput<F[Name]>,
    options: RecordOptions = {},
  ): Promise<FunctionOutput<F[Name]>> {
    return await this.#call(
      name,
      input,
      null,
      () => true,
      options,
    ) as FunctionOutput<F[Name]>;
  }

  async #call(
    name: string,
    input: unknown,
    identity: Identity,
    mayCall: (of: StoredFunction) => boolean,
    { signal }: RecordOptions,
  ): Promise<unknown> {
    checkString("name", name);
    using _work = this.#work.begin();
    const functions: StoredFunctions = this.#functions ?? {};
    const of = Object.hasOwn(functions, name) ? functions[name] : undefined;
    if (of === undefined) {
      const meant = closestName(name, Object.keys(functions));
      throw new StoreError(
        `Cannot call ${name}: the store has no such function${
          meant === undefined ? "" : `, did you mean ${meant}?`
        }`,
      );
    }
    if (!mayCall(of)) {
      throw new RuleRefusedError(
        `Cannot call ${name}: who asks may not, see allow of the function`,
      );
    }
    const checked = await checkedInput(name, of, input);
    const { timeoutMs } = of;
    return await this.#engine.transaction(async (tx) =>
      await of.run({
        identity,
        signal: tx.signal,
        collection: (one) => this.#records(one, tx, EVERYTHING, within),
      }, checked), { timeoutMs, ...(signal === undefined ? {} : { signal }) });
  }

  subscribe(onCommitted: (changes: readonly Change[]) => void): Disposable {
    return this.#engine.subscribe(onCommitted);
  }

  changesSince(cursor: Cursor, limit: number): Promise<Changes> {
    return this.#engine.changesSince(cursor, limit);
  }

  backup(path: string): Promise<void> {
    return this.#engine.backup(path);
  }

  integrityCheck(): Promise<readonly string[]> {
    return this.#engine.integrityCheck();
  }

  async close(): Promise<void> {
    await this.#work.close();
    await this.#engine.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
