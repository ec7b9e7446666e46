import { assertEquals, assertThrows } from "@std/assert";
import { ALL, type Filter, NONE } from "../../../src/store/query/filter.ts";
import { filterPredicate } from "../../../src/store/query/filter_predicate.ts";
import { QueryError } from "../../../src/store/query/query_error.ts";
import {
  type QuerySchema,
  querySchemaOf,
} from "../../../src/store/query/query_schema.ts";
import { where } from "../../../src/store/query/where.ts";
import { RuleBook } from "../../../src/store/rules/rule_book.ts";
import type { RuleRequest } from "../../../src/store/rules/rule_request.ts";
import {
  authCollection,
  type Collection,
  collection,
} from "../../../src/store/schema/collection.ts";
import {
  integer,
  relation,
  select,
  text,
} from "../../../src/store/schema/fields.ts";
import type { Identity } from "../../../src/store/schema/identity.ts";
import type { Rules } from "../../../src/store/schema/rule.ts";

const users = authCollection("users", {
  fields: { team: text(), tags: select(["a", "b"], { max: 2 }) },
});

function tasksWith(rules: Rules): readonly Collection[] {
  return [
    users,
    collection("tasks", {
      fields: {
        title: text(),
        points: integer(),
        owner: relation("users"),
        labels: select(["a", "b"], { max: 2 }),
      },
      rules,
    }),
  ];
}

function bookOf(rules: Rules): { book: RuleBook; schema: QuerySchema } {
  const collections = tasksWith(rules);
  const schema = querySchemaOf(collections);
  return { book: new RuleBook(collections, schema), schema };
}

const ANN: Identity = {
  kind: "record",
  collection: "users",
  id: "u1",
  record: { id: "u1", team: "north", tags: ["a"], email: "ann@example.org" },
};
const BOB: Identity = {
  kind: "record",
  collection: "users",
  id: "u2",
  record: { id: "u2", team: "", tags: [] },
};
const KEY: Identity = { kind: "key", name: "robot" };
const ROOT: Identity = { kind: "superuser" };

const MINE = { id: "t1", title: "tea", points: 3, owner: "u1", labels: ["a"] };
const NOBODYS = { id: "t2", title: "", points: null, owner: null, labels: [] };

/** Returns which of the two records meet a text, for who asks and what. */
function met(
  text: string,
  who: Identity,
  request: RuleRequest = {},
): string {
  const { book, schema } = bookOf({ update: text });
  const filter = book.filterOf("tasks", "update", who, request);
  const test = filterPredicate(filter, {
    schema,
    collection: "tasks",
    now: new Date("2026-03-04T05:06:07Z"),
  });
  const related = { get: () => undefined, referring: () => [] };
  return [MINE, NOBODYS].filter((record) => test(record, related)).map((one) =>
    one.id
  ).join(" ");
}

Deno.test("what has no rule, or the rule false, is for superusers alone", () => {
  const { book } = bookOf({ list: false, view: true });
  for (const who of [null, ANN, KEY]) {
    assertEquals(book.filterOf("tasks", "list", who), NONE);
    assertEquals(book.filterOf("tasks", "create", who), NONE);
    assertEquals(book.filterOf("users", "list", who), NONE);
    assertEquals(book.filterOf("nothing", "list", who), NONE);
    assertEquals(book.filterOf("tasks", "view", who), ALL);
  }
  for (const rule of ["list", "view", "create", "update", "delete"] as const) {
    assertEquals(book.filterOf("tasks", rule, ROOT), ALL);
  }
});

Deno.test("a text compares records with who asks", () => {
  assertEquals(met("owner = @request.auth.id", ANN), "t1");
  assertEquals(met("@request.auth.id = owner", ANN), "t1");
  assertEquals(met("owner = @request.auth.id", BOB), "");
  assertEquals(met("@request.auth.id != ''", ANN), "t1 t2");
  assertEquals(met("@request.auth.id != ''", null), "");
  assertEquals(met("@request.auth.id = ''", null), "t1 t2");
  assertEquals(met("@request.auth.team = 'north'", ANN), "t1 t2");
  assertEquals(met("@request.auth.team:lower = 'NORTH'", ANN), "");
  assertEquals(met("@request.auth.collectionName = 'users'", BOB), "t1 t2");
  assertEquals(met("labels ?= @request.auth.tags", ANN), "t1");
  assertEquals(met("labels ?= @request.auth.tags", BOB), "");
  assertEquals(met("@request.auth.tags:length > 0", BOB), "");
  assertEquals(met("@request.auth.tags:each = 'a'", ANN), "t1 t2");
});

Deno.test("a value that the request does not have compares with no field, whatever the operator is", () => {
  for (const who of [null, KEY]) {
    for (const operator of ["=", "!=", "~", "!~", ">", "<=", "?=", "?!="]) {
      const text = `owner ${operator} @request.auth.id`;
      assertEquals(met(text, who), "", text);
      assertEquals(met(`@request.auth.id ${operator} owner`, who), "", text);
    }
    assertEquals(met("@request.auth.id = @request.body.owner", who), "");
    assertEquals(met("@request.auth.id = @request.query.id", who), "");
    assertEquals(met("@request.auth.record = null", who), "t1 t2");
  }
  assertEquals(met("title = @request.auth.nickname", ANN), "");
});

Deno.test("a text knows the method, the parameters, the headers and what is written", () => {
  const request: RuleRequest = {
    method: "PATCH",
    context: "default",
    query: { points: "3", title: "tea" },
    headers: { x_token: "secret" },
    body: { title: "coffee", points: 3, meta: { k: "v" }, labels: ["a", "b"] },
  };
  const cases: [string, string][] = [
    ["@request.method = 'PATCH' && @request.context = 'default'", "t1 t2"],
    ["points = @request.query.points", "t1"],
    ["points > @request.query.title", ""],
    ["@request.query.points = 3", "t1 t2"],
    ["title = @request.query.title", "t1"],
    ["@request.headers.x_token = 'secret'", "t1 t2"],
    ["@request.body.title:isset = true", "t1 t2"],
    ["@request.body.owner:isset = true", ""],
    ["@request.body.owner:isset = false", "t1 t2"],
    ["@request.body.labels:length = 2", "t1 t2"],
    ["@request.body.meta.k = 'v'", "t1 t2"],
    ["@request.body.labels:each ?= 'b'", "t1 t2"],
    ["@request.body.labels:each = 'b'", ""],
    ["@request.body.toString:isset = true", ""],
    ["@request.body.__proto__:isset = true", ""],
  ];
  for (const [text, ids] of cases) {
    assertEquals(met(text, ANN, request), ids, text);
  }
});

Deno.test(":changed is whether a write gives a field another value", () => {
  const body = (values: Record<string, unknown>) => ({ body: values });
  const text = "@request.body.title:changed = false";
  assertEquals(met(text, ANN, body({})), "t1 t2");
  assertEquals(met(text, ANN, body({ points: 9 })), "t1 t2");
  assertEquals(met(text, ANN, body({ title: "tea" })), "t1");
  assertEquals(met(text, ANN, body({ title: null })), "t2");
  assertEquals(met(text, ANN, body({ title: 5 })), "");
  assertEquals(
    met("@request.body.points:changed = true", ANN, body({ points: 3 })),
    "t2",
  );
  assertEquals(
    met("@request.body.points:changed != true", ANN, body({ points: "x" })),
    "",
  );
});

Deno.test("a rule is evaluated once for an identity, and again when its record has changed", () => {
  const calls: Identity[] = [];
  const mine = (who: Identity): Filter | boolean => {
    calls.push(who);
    return who?.kind === "record" ? { ...where(users).id.is(who.id) } : false;
  };
  const { book } = bookOf({ list: mine, view: mine, update: mine });
  for (let round = 0; round < 100; round++) {
    book.filterOf("tasks", "list", ANN);
    book.filterOf("tasks", "list", { ...ANN });
    book.filterOf("tasks", "list", null);
  }
  assertEquals(calls, [ANN, null]);
  book.filterOf("tasks", "view", ANN);
  assertEquals(calls.length, 3);
  const promoted = { ...ANN, record: { ...ANN.record, team: "south" } };
  book.filterOf("tasks", "list", promoted);
  assertEquals(calls.length, 4);
  // What is written may be another each time.
  book.filterOf("tasks", "update", ANN, { body: { title: "a" } });
  book.filterOf("tasks", "update", ANN, { body: { title: "b" } });
  assertEquals(calls.length, 6);
});

Deno.test("the function of a rule has what is written, and its failure is the caller's", () => {
  const { book } = bookOf({
    create: (who, data) => who !== null && data["owner"] === "u1",
    delete: () => {
      throw new RangeError("no");
    },
  });
  const create = (who: Identity, body: Record<string, unknown>) =>
    book.filterOf("tasks", "create", who, { body });
  assertEquals(create(ANN, { owner: "u1" }), ALL);
  assertEquals(create(ANN, { owner: "u2" }), NONE);
  assertEquals(create(null, { owner: "u1" }), NONE);
  assertThrows(() => book.filterOf("tasks", "delete", ANN), RangeError, "no");
});

Deno.test("a function that returns no boolean and no filter opens nothing", () => {
  const { book } = bookOf({
    list: () => ({ kind: "everything" as "none" }),
  });
  const error = assertThrows(
    () => book.filterOf("tasks", "list", ANN),
    TypeError,
  );
  assertEquals(
    error.message,
    "Cannot use the rule list of tasks: it returns a value of type object, it must return true, false or a filter",
  );
});

Deno.test("a text that cannot be a rule is refused when the store starts", () => {
  const cases: [string, string][] = [
    ["", "syntax"],
    ["// everybody", "syntax"],
    ["owner = ", "syntax"],
    ["owenr = @request.auth.id", "unknown_field"],
    ["owner.nmae = 'x'", "unknown_field"],
    ["@request.auth = ''", "syntax"],
    ["@request.cookies.a = ''", "syntax"],
    ["@collection.users.id = ''", "unsupported"],
    ["@request.body.labels:changed = true", "unsupported"],
    ["@request.body.title:changed > true", "unsupported"],
    ["true = @request.body.title:changed", "unsupported"],
    ["@request.auth.id:changed = true", "unsupported"],
  ];
  for (const [text, code] of cases) {
    const error = assertThrows(() => bookOf({ list: text }), TypeError);
    const { cause } = error;
    assertEquals(
      [cause instanceof QueryError && cause.code, error.message.slice(0, 34)],
      [code, "Cannot use the rule list of tasks:"],
      text,
    );
  }
});
