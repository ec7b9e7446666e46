/**
 * The options of a store, checked once.
 *
 * @module
 */
import {
  checkArray,
  checkMethods,
  checkObject,
  checkOneOf,
  checkOptionNames,
  checkString,
  countFrom,
  type OptionNames,
  resolveNumbers,
  shown,
} from "../checks/internal.ts";
import type { AuthOptions } from "./auth/auth_options.ts";
import { AUTH_TABLES, superusers } from "./auth/auth_tables.ts";
import type { StoreFilesOptions } from "./files/files_options.ts";
import type { StoreHttpOptions } from "./http/options.ts";
import type { EngineSettings } from "./engine/engine_settings.ts";
import { tablePlan } from "./engine/plans.ts";
import { FILES_TABLES } from "./engine/record_files.ts";
import { type Migration, migrationPlans } from "./migration.ts";
import type { Collection } from "./schema/collection.ts";
import { tableDdl } from "./schema/ddl.ts";
import type { SlowQueryOptions } from "./slow_queries.ts";
import type { StoredFunction } from "./stored_function.ts";

/** How long the change log keeps what has happened. */
export interface ChangeLogOptions {
  /**
   * Hours for which changes are kept, above 0.
   * @default {24}
   */
  readonly keepHours?: number;
  /**
   * Changes that are kept, at most, 1 or more.
   * @default {1000000}
   */
  readonly keepCount?: number;
}

/** Bounds of a store. */
export interface StoreLimits {
  /**
   * Threads that read beside the writer, 1 to 64.
   * @default {2}
   */
  readonly readers?: number;
  /**
   * Writes that may wait, 1 or more; one more is refused as busy.
   * @default {10000}
   */
  readonly maxQueuedWrites?: number;
  /**
   * Reads that may wait, 1 or more; one more is refused as busy.
   * @default {10000}
   */
  readonly maxQueuedReads?: number;
  /**
   * Milliseconds that a read may take, above 0.
   * @default {30000}
   */
  readonly readTimeoutMs?: number;
  /**
   * Milliseconds to wait for another process that writes to the file, such as
   * the shell of SQLite, 0 or more.
   * @default {5000}
   */
  readonly busyMs?: number;
  /**
   * Bytes that the file may have, 65536 or more, without its log.
   * @default {Infinity}
   */
  readonly maxFileBytes?: number;
}

/** Functions of a store by their names. */
export type StoredFunctions = Readonly<Record<string, StoredFunction>>;

/** Options of {@linkcode store}. */
export interface StoreOptions<F extends StoredFunctions = StoredFunctions> {
  /**
   * The file, which is created if it does not exist. Files beside it have its
   * name with `-wal`, `-shm` and `-lock`, and a directory `-files`.
   */
  readonly path: string;
  /** The collections, each of a name of its own. */
  readonly collections: readonly Collection[];
  /**
   * Functions that are called by name.
   * @default {{}}
   */
  readonly functions?: F;
  /**
   * What has to be done once to a file that there is, in order.
   * @default {[]}
   */
  readonly migrations?: readonly Migration[];
  /**
   * Whether a write that was answered is there after a loss of power (`full`), or
   * after the end of the process alone (`normal`), which is faster.
   * @default {"full"}
   */
  readonly synchronous?: "full" | "normal";
  /** How accounts sign in. */
  readonly auth?: AuthOptions;
  /** How it is served over HTTP. */
  readonly http?: StoreHttpOptions;
  /** Where the files of its records are, and bounds of what is done with them. */
  readonly files?: StoreFilesOptions;
  /** How long the change log keeps what has happened. */
  readonly changes?: ChangeLogOptions;
  /** Which lists, counts and aggregates are kept as slow, for `slowQueries`. */
  readonly slowQueries?: SlowQueryOptions;
  /** Bounds of the store. */
  readonly limits?: StoreLimits;
}

const NAMES: OptionNames<StoreOptions> = {
  path: true,
  collections: true,
  functions: true,
  migrations: true,
  synchronous: true,
  auth: true,
  http: true,
  files: true,
  changes: true,
  slowQueries: true,
  limits: true,
};
const CHANGES: OptionNames<ChangeLogOptions> = {
  keepHours: true,
  keepCount: true,
};
const LIMITS: OptionNames<StoreLimits> = {
  readers: true,
  maxQueuedWrites: true,
  maxQueuedReads: true,
  readTimeoutMs: true,
  busyMs: true,
  maxFileBytes: true,
};
const HOUR_MS = 3_600_000;
/** Bytes of a page of the file. */
const PAGE_BYTES = 4096;

/**
 * Checks the options, and returns what the engine is opened with.
 *
 * @throws {TypeError} as a rejection, for an option of the wrong type.
 * @throws {RangeError} as a rejection, for an option that is out of its range.
 */
export async function resolveStoreOptions(
  options: StoreOptions,
  now: () => number,
): Promise<EngineSettings> {
  checkPlacedOptions(options);
  checkOptionNames("store()", options, NAMES);
  const {
    path,
    collections,
    functions = {},
    migrations = [],
    synchronous = "full",
    changes = {},
    limits = {},
  } = options;
  checkString("path", path);
  if (path === "" || path === ":memory:" || path.includes("\0")) {
    throw new TypeError(
      `Cannot use path: it is ${shown(path)}, it must be the path of a file`,
    );
  }
  checkOneOf("synchronous", synchronous, ["full", "normal"]);
  checkCollections(collections);
  checkObject("functions", functions, "an object of stored functions");
  for (const [name, one] of Object.entries(functions)) {
    checkMethods(
      `function ${name}`,
      one,
      ["allow", "run"],
      "one that storedFunction() makes",
    );
  }
  checkOptionNames("changes of store()", changes, CHANGES);
  checkOptionNames("limits of store()", limits, LIMITS);
  const { keepHours, keepCount } = resolveNumbers(changes, {
    keepHours: 24,
    keepCount: 1_000_000,
  }, { keepHours: { above: 0 }, keepCount: countFrom(1) });
  const bounds = resolveNumbers(limits, {
    readers: 2,
    maxQueuedWrites: 10_000,
    maxQueuedReads: 10_000,
    readTimeoutMs: 30_000,
    busyMs: 5000,
    maxFileBytes: Infinity,
  }, {
    readers: { min: 1, max: 64, integer: true },
    maxQueuedWrites: countFrom(1),
    maxQueuedReads: countFrom(1),
    readTimeoutMs: { above: 0 },
    busyMs: { min: 0, max: 2 ** 31 - 1, integer: true },
    maxFileBytes: countFrom(65_536),
  });
  return {
    now,
    readers: bounds.readers,
    limits: bounds,
    writer: {
      path,
      busyMs: bounds.busyMs,
      synchronous,
      tables: [...collections, superusers].map(tablePlan),
      ddl: [...collections, superusers].map(tableDdl),
      extra: [...AUTH_TABLES, ...FILES_TABLES],
      migrations: await migrationPlans(migrations),
      keepMs: keepHours * HOUR_MS,
      keepChanges: keepCount,
      maxPages: bounds.maxFileBytes === Infinity
        ? undefined
        : Math.floor(bounds.maxFileBytes / PAGE_BYTES),
    },
  };
}

/**
 * Checks that what is an option of a part is not one of the store itself.
 *
 * @throws {TypeError} if one is; it says where it belongs.
 */
function checkPlacedOptions(options: object): void {
  for (
    const [part, names] of [["limits", LIMITS], ["changes", CHANGES]] as const
  ) {
    const found = Object.keys(names).find((name) =>
      Object.hasOwn(Object(options), name)
    );
    if (found === undefined) continue;
    throw new TypeError(
      `Cannot use option ${
        JSON.stringify(found)
      } of store(): it belongs to ${part}, write ${part}: { ${found} }`,
    );
  }
}

/**
 * Checks that collections have names of their own, and that relations point to
 * some of them.
 *
 * @throws {TypeError} if they do not.
 */
function checkCollections(collections: readonly Collection[]): void {
  checkArray("collections", collections, "an array of collections");
  const names = new Set<string>();
  for (const one of collections) {
    checkObject("a collection", one, "one that collection() makes");
    checkString("the name of a collection", one.name);
    const lower = one.name.toLowerCase();
    if (names.has(lower)) {
      throw new TypeError(
        `Cannot use collection ${one.name}: another one has the name, choose another`,
      );
    }
    names.add(lower);
  }
  const exact = new Set(collections.map(({ name }) => name));
  for (const { name, fields } of collections) {
    for (const [field, definition] of Object.entries(fields)) {
      if (definition.kind !== "relation") continue;
      if (exact.has(definition.target)) continue;
      throw new TypeError(
        `Cannot use field ${field} of ${name}: it points to ${
          shown(definition.target)
        }, it must point to a collection of the store`,
      );
    }
  }
}
