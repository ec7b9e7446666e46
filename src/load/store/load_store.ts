/**
 * What presets work on in a store: collections, stored functions, and what fills
 * them.
 *
 * @module
 */
import {
  authCollection,
  bool,
  type Collection,
  collection,
  computed,
  file,
  generated,
  integer,
  number,
  relation,
  type Rules,
  type Store,
  type StoredFunction,
  storedFunction,
  text,
} from "../../store/mod.ts";
import { checkMethods } from "../../checks/internal.ts";
import type { StandardSchema } from "../../codec/internal.ts";
import {
  accountAddress,
  ACCOUNTS,
  COLLECTIONS,
  MAX_FILE_BYTES,
  PASSWORD,
  recordId,
  RECORDS,
} from "../presets/store_records.ts";

/** Whoever has signed in may do anything. */
const SIGNED_IN = "@request.auth.id != ''";
const rules: Rules = {
  list: SIGNED_IN,
  view: SIGNED_IN,
  create: SIGNED_IN,
  update: SIGNED_IN,
  delete: SIGNED_IN,
};

/** The accounts that sign in. */
const loadUsers = authCollection(COLLECTIONS.users, {
  fields: { name: text() },
  rules: { view: "id = @request.auth.id" },
});

const taskFields = {
  title: text({ required: true, max: 80 }),
  owner: relation(COLLECTIONS.users, { onDelete: "cascade" }),
  done: bool(),
  points: integer({ min: 0 }),
};

/** Records that are read, written, and changed by stored functions. */
const loadTasks = collection(COLLECTIONS.tasks, {
  fields: taskFields,
  indexes: [{ fields: ["owner", "done"] }],
  rules,
});

/** The same records with attributes that SQLite and code make. */
const loadReports = collection(COLLECTIONS.reports, {
  fields: {
    ...taskFields,
    minutes: generated("points * 60", "integer"),
    label: computed(
      ["title", "points"],
      ({ title, points }: { title: string; points: number | null }) =>
        `${title} (${points})`,
    ),
    digest: computed(
      ["title"],
      ({ title }: { title: string }) => {
        let sum = 0;
        for (let round = 0; round < 20; round++) {
          for (const letter of title) sum = sum * 31 + letter.charCodeAt(0) | 0;
        }
        return sum;
      },
    ),
  },
  indexes: [{ fields: ["owner", "done"] }],
  rules,
});

/** A record that changes all the time, with the time of its last change. */
const loadTicks = collection(COLLECTIONS.ticks, {
  fields: { sentAt: number({ required: true }) },
  rules,
});

/** Files, each in a record of its own. */
const loadFiles = collection(COLLECTIONS.files, {
  fields: { content: file({ maxBytes: MAX_FILE_BYTES, required: true }) },
  rules,
});

/** The input of functions that change a task. */
interface Change {
  readonly id: string;
  readonly points: number;
}

const change: StandardSchema<Change> = {
  "~standard": {
    version: 1,
    vendor: "troupe",
    validate(value) {
      const { id, points } = Object(value);
      return typeof id === "string" && Number.isSafeInteger(points)
        ? { value: { id, points } }
        : { issues: [{ message: "It must be {id, points}" }] };
    },
  },
};

/** The collections that the presets of a store need. */
export const loadCollections: readonly Collection[] = [
  loadUsers,
  loadTasks,
  loadReports,
  loadTicks,
  loadFiles,
];

/** The stored functions that the preset `functions` calls. */
export const loadFunctions: {
  readonly load_set: StoredFunction;
  readonly load_add: StoredFunction;
} = {
  load_set: storedFunction({
    input: change,
    allow: (who) => who !== null,
    run: ({ collection }, { id, points }) =>
      collection(loadTasks).update(id, { points }),
  }),
  load_add: storedFunction({
    input: change,
    allow: (who) => who !== null,
    async run({ collection }, { id, points }) {
      const tasks = collection(loadTasks);
      const task = await tasks.get(id);
      return await tasks.update(id, { points: (task.points ?? 0) + points });
    },
  }),
};

/**
 * Creates the accounts and records that the presets of a store use, unless they
 * are there. The store needs `loadCollections` among its collections.
 *
 * @throws {StoreError} as a rejection, if a collection is missing.
 * @throws {TypeError} as a rejection, if it is no store.
 */
export async function fillForLoad(data: Store): Promise<void> {
  checkMethods("data", data, ["collection"], "one that store() opens");
  const users = data.collection(loadUsers);
  if (await users.count() > 0) return;
  await Promise.all(
    Array.from({ length: ACCOUNTS }, (_, index) =>
      users.create({
        id: recordId("users", index + 1),
        email: accountAddress(index + 1),
        password: PASSWORD,
        name: `Account ${index + 1}`,
      })),
  );
  const tasks = data.collection(loadTasks);
  const reports = data.collection(loadReports);
  await Promise.all(Array.from({ length: RECORDS }, async (_, index) => {
    const record = {
      title: `Task ${index + 1}`,
      owner: recordId("users", index % ACCOUNTS + 1),
      done: index % 3 === 0,
      points: index % 13,
    };
    await tasks.create({ ...record, id: recordId("tasks", index + 1) });
    await reports.create({ ...record, id: recordId("reports", index + 1) });
  }));
  await data.collection(loadTicks)
    .create({ id: recordId("ticks", 1), sentAt: 0 });
}

/** Changes the record that changes all the time. */
export async function changeTick(data: Store, sentAt: number): Promise<void> {
  await data.collection(loadTicks).update(recordId("ticks", 1), { sentAt });
}
