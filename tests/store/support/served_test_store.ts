/**
 * A store that is served on a real socket, with an example schema.
 *
 * @module
 */
import { ActorSystem, type Clock } from "../../../src/actor/mod.ts";
import type { AuthMail } from "../../../src/store/auth/auth_mail.ts";
import { resolveAuthOptions } from "../../../src/store/auth/auth_options.ts";
import { openAuthParts } from "../../../src/store/auth/auth_parts.ts";
import {
  AUTH_TABLES,
  superusers,
} from "../../../src/store/auth/auth_tables.ts";
import { StoreAuth } from "../../../src/store/auth/store_auth.ts";
import { tablePlan } from "../../../src/store/engine/plans.ts";
import {
  openEngine,
  type StoreEngine,
} from "../../../src/store/engine/store_engine.ts";
import type { StoreHttpOptions } from "../../../src/store/http/options.ts";
import {
  ServedRecords,
  type ServedStore,
} from "../../../src/store/http/served_records.ts";
import {
  serveStore,
  type StoreServing,
} from "../../../src/store/http/serve_store.ts";
import { querySchemaOf } from "../../../src/store/query/query_schema.ts";
import { RuleBook } from "../../../src/store/rules/rule_book.ts";
import {
  authCollection,
  bool,
  type Collection,
  collection,
  generated,
  integer,
  json,
  relation,
  select,
  text,
} from "../../../src/store/mod.ts";
import { tableDdl } from "../../../src/store/schema/ddl.ts";
import { recordOf } from "../../../src/store/schema/record_row.ts";

/** Accounts that may all see each other. */
export const users: Collection = authCollection("users", {
  fields: {
    name: text(),
    role: select(["reader", "editor"] as const),
  },
  rules: {
    list: true,
    view: true,
    create: true,
    update: "id = @request.auth.id",
    delete: "id = @request.auth.id",
  },
});

/** Open to everybody. */
export const tasks: Collection = collection("tasks", {
  fields: {
    title: text({ required: true, max: 80 }),
    done: bool(),
    points: integer({ min: 0 }),
    double: generated("points * 2", "integer"),
    tags: select(["red", "green", "blue"] as const, { max: 3 }),
    owner: relation("users", { onDelete: "set_null" }),
    details: json(),
  },
  indexes: [{ fields: ["done", "points"] }],
  rules: { list: true, view: true, create: true, update: true, delete: true },
});

/** Each for its owner, and a key that no two have. */
export const notes: Collection = collection("notes", {
  fields: {
    key: text({ required: true }),
    body: text(),
    owner: relation("users", { onDelete: "cascade" }),
  },
  indexes: [{ fields: ["key"], isUnique: true }],
  rules: {
    list: "owner = @request.auth.id",
    view: "owner = @request.auth.id",
    create: "owner = @request.auth.id",
    update: "owner = @request.auth.id",
    delete: "owner = @request.auth.id",
  },
});

/** For superusers alone. */
export const secrets: Collection = collection("secrets", {
  fields: { text: text() },
});

/** What a test may choose. */
export interface TestStoreOptions {
  readonly http?: StoreHttpOptions;
  readonly clock?: Clock;
  readonly collections?: readonly Collection[];
  /** Changes that are kept. */
  readonly keepChanges?: number;
  /** Where the file is, if it is there before or afterwards. */
  readonly directory?: string;
}

/** A store on a socket, which ends with the test. */
export interface TestStore extends AsyncDisposable {
  readonly system: ActorSystem;
  readonly engine: StoreEngine;
  readonly auth: StoreAuth;
  readonly serving: StoreServing;
  readonly store: ServedStore;
  readonly mails: readonly AuthMail[];
  readonly port: number;
  readonly url: string;
  /** Removes all records, sessions and mails. */
  clear(): Promise<void>;
  /** The records as the program itself has them. */
  readonly program: ServedRecords;
}

/** Opens a store and serves it. */
export async function openTestStore(
  options: TestStoreOptions = {},
): Promise<TestStore> {
  const directory = options.directory ?? await Deno.makeTempDir();
  const { clock } = options;
  const system = new ActorSystem(clock === undefined ? {} : { clock });
  const collections = [
    ...options.collections ?? [users, tasks, notes, secrets],
    superusers,
  ];
  const now = () => Date.now();
  const engine = await openEngine(system, {
    writer: {
      path: `${directory}/data.db`,
      busyMs: 1000,
      synchronous: "normal",
      tables: collections.map(tablePlan),
      ddl: collections.map(tableDdl),
      extra: AUTH_TABLES,
      migrations: [],
      keepMs: Infinity,
      keepChanges: options.keepChanges ?? Infinity,
      maxPages: undefined,
    },
    readers: 1,
    limits: {
      maxQueuedReads: 10_000,
      maxQueuedWrites: 10_000,
      readTimeoutMs: 30_000,
    },
    now,
  });
  // Its threads are up by then.
  await engine.read({ sql: "SELECT 1", values: [] });
  const mails: AuthMail[] = [];
  const parts = openAuthParts({
    engine,
    collections,
    readRecord: recordOf,
    clock: system.clock,
  }, resolveAuthOptions({ onMail: (mail) => void mails.push(mail) }));
  const auth = new StoreAuth(parts);
  const schema = querySchemaOf(collections);
  const store: ServedStore = {
    engine,
    auth,
    accounts: parts.records,
    collections: new Map(collections.map((one) => [one.name, one])),
    schema,
    rules: new RuleBook(collections, schema),
    now,
  };
  const serving = serveStore(store, system.clock, options.http);
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    serving.handler.fetch,
  );
  const { port } = server.addr;
  return {
    system,
    engine,
    auth,
    serving,
    store,
    mails,
    port,
    url: `http://127.0.0.1:${port}`,
    async clear() {
      await auth.mailsIdle();
      mails.length = 0;
      const users = await engine.read({
        sql: `SELECT "id" FROM "users"`,
        values: [],
      });
      for (const { id } of users) await auth.revokeSessions("users", `${id}`);
      const names = ["tasks", "notes", "secrets", "users", "_sessions"];
      await engine.write({
        steps: names.map((name) => ({
          kind: "run",
          statement: { sql: `DELETE FROM "${name}"`, values: [] },
        })),
      });
    },
    program: new ServedRecords(store, { who: { kind: "superuser" } }),
    async [Symbol.asyncDispose]() {
      serving[Symbol.dispose]();
      await server.shutdown();
      await auth.close();
      await engine.close();
      await system.shutdown();
      if (options.directory === undefined) {
        await Deno.remove(directory, { recursive: true });
      }
    },
  };
}
