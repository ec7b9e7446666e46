import { ActorSystem } from "../../../src/actor/mod.ts";
import {
  AUTH_TABLES,
  superusers,
} from "../../../src/store/auth/auth_tables.ts";
import type {
  Engine,
  Row,
  SqlValue,
} from "../../../src/store/engine/engine.ts";
import type { EngineSettings } from "../../../src/store/engine/engine_settings.ts";
import { tablePlan } from "../../../src/store/engine/plans.ts";
import { openEngine } from "../../../src/store/engine/open_engine.ts";
import {
  authCollection,
  type Collection,
} from "../../../src/store/schema/collection.ts";
import { tableDdl } from "../../../src/store/schema/ddl.ts";
import { text } from "../../../src/store/schema/fields.ts";

/** The collections of the engines of these tests. */
export const collections: readonly Collection[] = [
  authCollection("users", { fields: { name: text() } }),
  authCollection("clients", { fields: { name: text() } }),
  superusers,
];

/** What the engine of a file is opened with. */
export function settingsOf(path: string): EngineSettings {
  return {
    writer: {
      path,
      busyMs: 5000,
      synchronous: "normal",
      tables: collections.map(tablePlan),
      ddl: collections.map(tableDdl),
      extra: AUTH_TABLES,
      migrations: [],
      keepMs: 3_600_000,
      keepChanges: 100_000,
      maxPages: undefined,
    },
    readers: 1,
    limits: {
      maxQueuedWrites: 1000,
      maxQueuedReads: 1000,
      readTimeoutMs: 60_000,
    },
    now: Date.now,
  };
}

/** Opens the engine of a file. */
export async function openFile(
  system: ActorSystem,
  path: string,
): Promise<Engine> {
  return await openEngine(system, settingsOf(path));
}

/**
 * Opens one engine for all tests of a file, as its threads take a while to
 * start, and closes it after the last of them.
 */
export async function sharedEngine(): Promise<Engine> {
  const directory = await Deno.makeTempDir();
  const system = new ActorSystem();
  const engine = await openFile(system, `${directory}/auth.db`);
  // Its readers are up by then.
  await engine.read({ sql: "SELECT 1", values: [] });
  Deno.test.afterAll(async () => {
    await engine.close();
    await system.shutdown();
    await Deno.remove(directory, { recursive: true });
  });
  return engine;
}

/** An engine that counts what is read and written. */
export class CountedEngine {
  readonly #engine: Engine;
  /** How many reads and writes there were. */
  reads = 0;
  writes = 0;
  /** Called before each of them. */
  before: (() => Promise<void> | void) | undefined;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** This as an engine. */
  get engine(): Engine {
    const engine = this.#engine;
    return {
      read: async (statement, options) => {
        await this.before?.();
        this.reads++;
        return await engine.read(statement, options);
      },
      write: async (work, options) => {
        await this.before?.();
        this.writes++;
        return await engine.write(work, options);
      },
      transaction: (run, options) => engine.transaction(run, options),
      changesSince: (cursor, limit) => engine.changesSince(cursor, limit),
      cursor: engine.cursor,
      stats: engine.stats,
      subscribe: (listener) => engine.subscribe(listener),
      backup: (path) => engine.backup(path),
      integrityCheck: () => engine.integrityCheck(),
      close: () => engine.close(),
      closed: engine.closed,
      [Symbol.asyncDispose]: () => engine.close(),
    };
  }

  /** Runs SQL, and counts nothing. */
  async query(sql: string, ...values: SqlValue[]): Promise<readonly Row[]> {
    if (/^SELECT/.test(sql)) return await this.#engine.read({ sql, values });
    const { steps } = await this.#engine.write({
      steps: [{ kind: "run", statement: { sql, values } }],
    });
    return steps[0]?.rows ?? [];
  }
}
