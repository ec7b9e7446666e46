/**
 * The example store: its collections, a function and some records.
 *
 * @module
 */
import type { ActorSystem } from "../../src/actor/mod.ts";
import {
  allOf,
  authCollection,
  bool,
  collection,
  computed,
  date,
  file,
  generated,
  integer,
  relation,
  select,
  type Store,
  store,
  storedFunction,
  text,
  where,
} from "../../src/store/mod.ts";
import { z } from "zod";

/** Accounts, which see each other's names. */
const users = authCollection("users", {
  fields: { name: text({ max: 80 }) },
  rules: {
    list: "@request.auth.id != ''",
    view: "@request.auth.id != ''",
    create: true,
    update: "id = @request.auth.id",
    delete: "id = @request.auth.id",
  },
});

/** Projects that everybody sees. */
const projects = collection("projects", {
  fields: { name: text({ required: true, max: 80 }), due: date() },
  rules: { list: true, view: true },
});

/** Tasks of a user; done ones are seen by all. */
const tasks = collection("tasks", {
  fields: {
    title: text({ required: true, max: 120 }),
    hours: integer({ min: 0 }),
    done: bool(),
    labels: select(["home", "work", "garden"] as const, { max: 3 }),
    project: relation("projects", { onDelete: "set_null" }),
    owner: relation("users", { required: true, onDelete: "cascade" }),
    picture: file({
      maxBytes: 5 * 2 ** 20,
      types: ["image/png", "image/jpeg", "image/webp"],
      thumbs: ["64x64"],
    }),
    // SQLite makes this one, so lists can be sorted by it; code makes the other.
    minutes: generated("hours * 60", "integer"),
    shown: computed(
      ["title", "done"],
      (task: { title: string; done: boolean }) =>
        task.done ? `${task.title} (done)` : task.title,
    ),
  },
  indexes: [{ fields: ["owner", "done"] }],
  rules: {
    list: "owner = @request.auth.id || done = true",
    view: "owner = @request.auth.id || done = true",
    create: "owner = @request.auth.id",
    update: "owner = @request.auth.id",
    delete: "owner = @request.auth.id",
  },
});

/** What can be called by name. */
const functions = {
  /** Finishes all tasks of a project that belong to who calls, as one. */
  finishProject: storedFunction({
    input: z.object({ project: z.string() }),
    allow: (who) => who?.kind === "record" || who?.kind === "superuser",
    async run({ collection, identity }, { project }) {
      const own = identity?.kind === "record"
        ? where(tasks).owner.is(identity.id)
        : allOf();
      const { items } = await collection(tasks).list({
        filter: allOf(own, where(tasks).project.is(project)),
        limit: 1000,
      });
      for (const { id } of items) {
        await collection(tasks).update(id, { done: true });
      }
      return { finished: items.length };
    },
  }),
};

/** The account that is in it from the start. */
export const ANN: Readonly<Record<"email" | "password", string>> = {
  email: "ann@example.com",
  password: "an example password",
};

/** Opens the example store, with some records if it is new. */
export async function openExampleStore(
  system: ActorSystem,
  path: string,
): Promise<Store> {
  const data = await store(system, {
    path,
    collections: [users, projects, tasks],
    functions,
    slowQueries: { warns: true },
  });
  if (await data.collection(users).count() > 0) return data;
  const ann = await data.collection(users).create({ ...ANN, name: "Ann" });
  const house = await data.collection(projects).create({ name: "House" });
  for (const title of ["Paint the door", "Mend the roof"]) {
    await data.collection(tasks).create({
      title,
      hours: title.length,
      done: title.startsWith("Paint"),
      labels: ["home"],
      project: house.id,
      owner: ann.id,
    });
  }
  return data;
}
