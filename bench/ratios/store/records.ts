/**
 * Records of a store beside `node:sqlite` by hand, which does the same work on
 * the thread that asks: the same tables, the same indexes, the same log.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import { ActorSystem } from "../../../src/actor/mod.ts";
import {
  bool,
  collection,
  integer,
  store,
  text,
} from "../../../src/store/mod.ts";
import { momentText } from "../../../src/store/schema/moment.ts";
import { newRecordId } from "../../../src/store/schema/record_id.ts";
import type { Comparison, Contestant } from "../harness.ts";

/** Callers that ask at once, as those of a server do. */
const CALLERS = 200;
/** Records that there are to be read. */
const RECORDS = 10_000;
/** Records of a page. */
const PAGE = 20;

const tasks = collection("tasks", {
  fields: {
    title: text({ required: true }),
    done: bool(),
    points: integer(),
  },
  indexes: [{ fields: ["points"] }],
});

interface Task {
  readonly id: string;
  readonly title: string;
}

/** What is measured, of one side. */
interface Side extends AsyncDisposable {
  create(title: string, points: number): Promise<Task>;
  get(id: string): Promise<Task>;
  /** The first of those with so many points. */
  find(points: number): Promise<number>;
  /** The first of all, from the most points down. */
  list(): Promise<number>;
}

async function ours(): Promise<Side> {
  const directory = await Deno.makeTempDir();
  const system = new ActorSystem();
  const data = await store(system, {
    path: `${directory}/data.db`,
    collections: [tasks],
    limits: { readers: 1 },
  });
  const all = data.collection(tasks);
  return {
    create: (title, points) => all.create({ title, points }),
    get: (id) => all.get(id),
    async find(points) {
      const page = await all.list({
        filter: `points = ${points}`,
        limit: PAGE,
      });
      return page.items.length;
    },
    async list() {
      const page = await all.list({ sort: "-points", limit: PAGE });
      return page.items.length;
    },
    async [Symbol.asyncDispose]() {
      await data.close();
      await system.shutdown();
      await Deno.remove(directory, { recursive: true });
    },
  };
}

/** The same with prepared statements; a create is a transaction of its own. */
async function byHand(): Promise<Side> {
  const directory = await Deno.makeTempDir();
  const database = new DatabaseSync(`${directory}/data.db`);
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    CREATE TABLE tasks (
      id TEXT NOT NULL PRIMARY KEY,
      created TEXT NOT NULL,
      updated TEXT NOT NULL,
      title TEXT NOT NULL,
      done INTEGER NOT NULL DEFAULT 0,
      points INTEGER
    ) STRICT;
    CREATE INDEX by_points ON tasks (points);
    CREATE TABLE changes (
      cursor INTEGER PRIMARY KEY,
      id TEXT NOT NULL,
      record TEXT NOT NULL
    ) STRICT;
  `);
  const begin = database.prepare("BEGIN IMMEDIATE");
  const commit = database.prepare("COMMIT");
  const insert = database.prepare(
    "INSERT INTO tasks VALUES (?, ?, ?, ?, ?, ?)",
  );
  const log = database.prepare("INSERT INTO changes VALUES (NULL, ?, ?)");
  const get = database.prepare("SELECT * FROM tasks WHERE id = ?");
  const find = database.prepare(
    "SELECT * FROM tasks WHERE points = ? ORDER BY id LIMIT ?",
  );
  const list = database.prepare(
    "SELECT * FROM tasks ORDER BY points DESC, id LIMIT ?",
  );
  const task = (row: Record<string, unknown> | undefined): Task => ({
    ...row,
    id: String(row?.id),
    title: String(row?.title),
  });
  const page = (rows: Record<string, unknown>[]): Promise<number> =>
    Promise.resolve(rows.map(task).length);
  return {
    create(title, points) {
      const now = momentText(Date.now());
      const record = {
        id: newRecordId(),
        created: now,
        updated: now,
        title,
        done: false,
        points,
      };
      begin.run();
      insert.run(record.id, now, now, title, 0n, BigInt(points));
      log.run(record.id, JSON.stringify(record));
      commit.run();
      return Promise.resolve(record);
    },
    get: (id) => Promise.resolve(task(get.get(id))),
    find: (points) => page(find.all(BigInt(points), BigInt(PAGE))),
    list: () => page(list.all(BigInt(PAGE))),
    async [Symbol.asyncDispose]() {
      database.close();
      await Deno.remove(directory, { recursive: true });
    },
  };
}

/** Microseconds for each of many that are asked at once. */
async function usEach(
  count: number,
  ask: (index: number) => Promise<unknown>,
): Promise<number> {
  const start = performance.now();
  for (let done = 0; done < count; done += CALLERS) {
    await Promise.all(
      Array.from({ length: CALLERS }, (_, index) => ask(done + index)),
    );
  }
  return (performance.now() - start) * 1000 / count;
}

/** Many records, of which twenty have the same points. */
async function fill(side: Side): Promise<string[]> {
  const ids: string[] = [];
  for (let done = 0; done < RECORDS; done += CALLERS) {
    const made = await Promise.all(
      Array.from(
        { length: CALLERS },
        (_, index) => side.create("a task", (done + index) % (RECORDS / PAGE)),
      ),
    );
    ids.push(...made.map(({ id }) => id));
  }
  return ids;
}

function comparison(
  open: (side: Side) => Promise<() => Promise<number>>,
): Comparison {
  const start = async (of: () => Promise<Side>): Promise<Contestant> => {
    const side = await of();
    const measure = await open(side);
    return {
      measure,
      [Symbol.asyncDispose]: () => side[Symbol.asyncDispose](),
    };
  };
  return {
    unit: "us",
    ours: () => start(ours),
    baselines: { sqlite: () => start(byHand) },
  };
}

/** Records that 200 callers create at once, each on the disk when it is answered. */
export const create: Comparison = comparison((side) =>
  Promise.resolve(() => usEach(2000, (index) => side.create("a task", index)))
);

/** Records that 200 callers read at once, by their ids. */
export const get: Comparison = comparison(async (side) => {
  const ids = await fill(side);
  return () =>
    usEach(5000, (index) => side.get(ids[index * 7 % RECORDS] ?? ""));
});

/** Pages of twenty in the order of an index. */
export const list20: Comparison = comparison(async (side) => {
  await fill(side);
  return () => usEach(1000, () => side.list());
});

/** Pages of twenty that an index finds. */
export const queryIndexed: Comparison = comparison(async (side) => {
  await fill(side);
  return () => usEach(1000, (index) => side.find(index % (RECORDS / PAGE)));
});
