/**
 * Collections with a field of each kind and relations of each shape.
 *
 * @module
 */
import {
  authCollection,
  type Collection,
  collection,
} from "../../../../src/store/schema/collection.ts";
import {
  bool,
  computed,
  date,
  integer,
  json,
  number,
  relation,
  select,
  text,
} from "../../../../src/store/schema/fields.ts";
import {
  type QuerySchema,
  querySchemaOf,
} from "../../../../src/store/query/query_schema.ts";

const teams = collection("teams", {
  fields: {
    name: text(),
    city: text(),
    members: relation("users", { max: 5 }),
  },
});

const users = authCollection("users", {
  fields: {
    name: text(),
    age: integer(),
    score: number(),
    born: date(),
    tags: select(["red", "green", "blue"], { max: 3 }),
    team: relation("teams"),
    meta: json(),
  },
  indexes: [{ fields: ["name"] }],
});

const tasks = collection("tasks", {
  fields: {
    title: text(),
    note: text(),
    points: number(),
    rank: integer(),
    done: bool(),
    due: date(),
    labels: select(["a", "b", "c"], { max: 3 }),
    owner: relation("users"),
    helpers: relation("users", { max: 3 }),
    meta: json(),
    shout: computed(["title"], (record) => `${record.title}!`),
  },
  indexes: [
    { fields: ["owner", "done"] },
    { fields: ["points"] },
    { fields: ["title"] },
  ],
});

const profiles = collection("profiles", {
  fields: { user: relation("users"), motto: text() },
  indexes: [{ fields: ["user"], isUnique: true }],
});

/** All of them. */
export const COLLECTIONS: readonly Collection[] = [
  teams,
  users,
  tasks,
  profiles,
];

/** What queries know of them. */
export const SCHEMA: QuerySchema = querySchemaOf(COLLECTIONS);
