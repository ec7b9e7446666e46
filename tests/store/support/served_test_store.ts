/**
 * A store that is served on a real socket, with an example schema.
 *
 * @module
 */
import { ActorSystem, type Clock } from "../../../src/actor/mod.ts";
import { ServedRecords } from "../../../src/store/http/served_records.ts";
import {
  authCollection,
  type AuthMail,
  bool,
  type Collection,
  collection,
  generated,
  integer,
  json,
  relation,
  select,
  type Store,
  store,
  type StoreFilesOptions,
  type StoreHttpOptions,
  text,
} from "../../../src/store/mod.ts";
import type { StoreHandler } from "../../../src/store/http/store_handler.ts";
import type { ChangeHubStats } from "../../../src/store/realtime/change_hub.ts";
import { hubOf } from "../../../src/store/realtime/hub_of.ts";
import { partsOf } from "../../../src/store/store.ts";

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

/** For accounts of one role. */
export const drafts: Collection = collection("drafts", {
  fields: { text: text() },
  rules: { list: "@request.auth.role = 'editor'" },
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
  /**
   * Whether it can send mails.
   * @default {true}
   */
  readonly hasMail?: boolean;
  /** Where its files are. */
  readonly files?: StoreFilesOptions;
  /** Changes that are kept. */
  readonly keepChanges?: number;
  /** Where the file is, if it is there before or afterwards. */
  readonly directory?: string;
}

/** A store on a socket, which ends with the test. */
export interface ServedTestStore extends AsyncDisposable {
  readonly data: Store;
  /** What it does at present, and has done. */
  stats(): StoreHandler["stats"] & ChangeHubStats;
  /** The mails that were sent. */
  readonly mails: readonly AuthMail[];
  readonly port: number;
  readonly url: string;
  /** The records as the program itself has them. */
  readonly program: ServedRecords;
  /** Removes all records, sessions and mails. */
  clear(): Promise<void>;
}

/** Opens a store and serves it. */
export async function openTestStore(
  options: TestStoreOptions = {},
): Promise<ServedTestStore> {
  const directory = options.directory ?? await Deno.makeTempDir();
  const { clock, files, http, keepChanges } = options;
  const system = new ActorSystem(clock === undefined ? {} : { clock });
  const mails: AuthMail[] = [];
  const data = await store(system, {
    path: `${directory}/data.db`,
    collections: options.collections ?? [users, tasks, notes, drafts, secrets],
    synchronous: "normal",
    // Each is a thread to start.
    limits: { readers: 1 },
    ...(http === undefined ? {} : { http }),
    ...(files === undefined ? {} : { files }),
    auth: options.hasMail === false
      ? {}
      : { onMail: (mail) => void mails.push(mail) },
    ...(keepChanges === undefined
      ? {}
      : { changes: { keepCount: keepChanges } }),
  });
  const parts = partsOf(data);
  const { engine, auth } = parts;
  // Its threads are up by then.
  await engine.read({ sql: "SELECT 1", values: [] });
  const listener = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    data.handler,
  );
  const { port } = listener.addr;
  return {
    data,
    stats: () => ({ ...hubOf(parts).stats, ...parts.handler.stats }),
    mails,
    port,
    url: `http://127.0.0.1:${port}`,
    program: new ServedRecords(parts, { who: "program" }),
    async clear() {
      await auth.mailsIdle();
      mails.length = 0;
      const users = await engine.read({
        sql: `SELECT "id" FROM "users"`,
        values: [],
      });
      for (const { id } of users) await auth.revokeSessions("users", `${id}`);
      const names = [
        "tasks",
        "notes",
        "drafts",
        "secrets",
        "users",
        "_sessions",
      ];
      await engine.write({
        steps: names.map((name) => ({
          kind: "run",
          statement: { sql: `DELETE FROM "${name}"`, values: [] },
        })),
      });
    },
    async [Symbol.asyncDispose]() {
      // Its subscribers are gone before the listener waits for them.
      await data.close();
      await listener.shutdown();
      await system.shutdown();
      if (options.directory === undefined) {
        await Deno.remove(directory, { recursive: true });
      }
    },
  };
}
