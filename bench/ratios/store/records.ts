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
import { arrays, type Task, taskOf, TASKS } from "../../support/raw_tasks.ts";
import type { Comparison, Contestant } from "../harness.ts";

/** Callers that ask at once, as those of a server do. */
const CALLERS = 200;
/** Records that there are to be read. */
const RECORDS = 10_000;
/** Reads of one caller. */
const SERIAL = 1000;
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

/** A page of records, and where the next one begins. */
interface Page {
  readonly items: readonly Task[];
  readonly after: string | undefined;
}

/** What is measured, of one side. */
interface Side extends AsyncDisposable {
  create(title: string, points: number): Promise<Task>;
  get(id: string): Promise<Task>;
  /** The first of those with so many points. */
  find(points: number): Promise<Page>;
  /** The first of all, from the most points down. */
  list(): Promise<Page>;
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
    find: (points) => all.list({ filter: `points = ${points}`, limit: PAGE }),
    list: () => all.list({ sort: "-points", limit: PAGE }),
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
    ${TASKS}
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
  const get = arrays(database, "SELECT * FROM tasks WHERE id = ?");
  const find = arrays(
    database,
    "SELECT * FROM tasks WHERE points = ? ORDER BY id LIMIT ?",
  );
  const list = arrays(
    database,
    "SELECT * FROM tasks ORDER BY points DESC, id DESC LIMIT ?",
  );
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
    get: (id) => Promise.resolve(taskOf(get.get(id))),
    find: (points) =>
      page(find.all(BigInt(points), BigInt(PAGE + 1)), ({ id }) => [id]),
    list: () =>
      page(list.all(BigInt(PAGE + 1)), ({ points, id }) => [points, id]),
    async [Symbol.asyncDispose]() {
      database.close();
      await Deno.remove(directory, { recursive: true });
    },
  };
}

/** A page, and the place behind it if there is more. */
function page(
  rows: readonly (readonly unknown[])[],
  keysOf: (last: Task) => readonly unknown[],
): Promise<Page> {
  const items = rows.slice(0, PAGE).map(taskOf);
  const last = items.at(-1);
  const hasMore = rows.length > PAGE && last !== undefined;
  return Promise.resolve({
    items,
    after: hasMore ? JSON.stringify(keysOf(last)) : undefined,
  });
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

/** Records that one caller reads by their ids, one behind the other. */
export const getSerial: Comparison = comparison(async (side) => {
  const ids = await fill(side);
  return async () => {
    const start = performance.now();
    for (let i = 0; i < SERIAL; i++) {
      await side.get(ids[i * 7 % RECORDS] ?? "");
    }
    return (performance.now() - start) * 1000 / SERIAL;
  };
});
