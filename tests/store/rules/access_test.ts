import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { isSlow } from "../../support/slow.ts";
import {
  type ExpandableRecord,
  type ExpandedRecord,
  expandRecords,
} from "../../../src/store/query/expand.ts";
import { parseExpand } from "../../../src/store/query/expand_tree.ts";
import { parseFilter } from "../../../src/store/query/filter_parser.ts";
import type { PredicateRecord } from "../../../src/store/query/filter_predicate.ts";
import { recordQuery } from "../../../src/store/query/list_query.ts";
import { QueryError } from "../../../src/store/query/query_error.ts";
import { Access } from "../../../src/store/rules/access.ts";
import { RuleBook } from "../../../src/store/rules/rule_book.ts";
import { anyOf } from "../../../src/store/query/filter.ts";
import type { Collection } from "../../../src/store/schema/collection.ts";
import type { Identity } from "../../../src/store/schema/identity.ts";
import type { Rules } from "../../../src/store/schema/rule.ts";
import { NOW, records } from "../query/support/sample_records.ts";
import { COLLECTIONS, SCHEMA } from "../query/support/sample_schema.ts";
import { recordOf, SampleStore } from "../query/support/sample_store.ts";

/** The rules of each collection, in both ways to write them. */
const RULES: Readonly<Record<string, Rules>> = {
  tasks: {
    list: "owner = @request.auth.id || helpers ?= @request.auth.id",
    view: (who) =>
      who?.kind === "record"
        ? anyOf(
          parseFilter("done = true"),
          parseFilter("owner.team.members ?= {:id}", {
            parameters: { id: who.id },
          }),
        )
        : parseFilter("done = true"),
  },
  users: {
    list: "verified = true || id = @request.auth.id",
    view:
      "emailVisibility = true || teams_via_members.members ?= @request.auth.id",
  },
  teams: { view: (who) => who !== null, list: false },
  profiles: { list: true },
};

const RULED: readonly Collection[] = COLLECTIONS.map((one) => ({
  ...one,
  rules: RULES[one.name] ?? {},
}));

/** What the rules say, once more, as a person would. */
class Model {
  readonly #store: SampleStore;
  readonly #who: Identity;

  constructor(store: SampleStore, who: Identity) {
    this.#store = store;
    this.#who = who;
  }

  lists(collection: string, record: PredicateRecord): boolean {
    if (this.#who?.kind === "superuser") return true;
    const me = this.#me;
    switch (collection) {
      case "tasks":
        return me !== undefined &&
          (record["owner"] === me || ids(record["helpers"]).includes(me));
      case "users":
        return record["verified"] === true ||
          (me !== undefined && record["id"] === me);
      default:
        return collection === "profiles";
    }
  }

  views(collection: string, record: PredicateRecord): boolean {
    if (this.#who?.kind === "superuser") return true;
    const me = this.#me;
    switch (collection) {
      case "tasks": {
        const owner = this.#store.get("users", String(record["owner"]));
        const team = this.#store.get("teams", String(owner?.["team"]));
        return record["done"] === true ||
          (me !== undefined && ids(team?.["members"]).includes(me));
      }
      case "users":
        return record["emailVisibility"] === true ||
          (me !== undefined && this.#store.all("teams").some((team) => {
            const members = ids(team["members"]);
            return members.includes(String(record["id"])) &&
              members.includes(me);
          }));
      default:
        return collection === "teams" && this.#who !== null;
    }
  }

  expanded(record: PredicateRecord): ExpandedRecord {
    return this.#withExpand(record, {
      owner: this.#one(
        "users",
        record["owner"],
        (owner) =>
          this.#withExpand(owner, {
            team: this.#one("teams", owner["team"]),
            profiles_via_user: this.#one(
              "profiles",
              this.#store.referring("profiles", "user", String(owner["id"]))[0]
                ?.["id"],
            ),
            tasks_via_helpers: this.#some(
              "tasks",
              this.#store.referring("tasks", "helpers", String(owner["id"]))
                .map(
                  (task) => String(task["id"]),
                ),
            ),
          }),
      ),
      helpers: this.#some("users", ids(record["helpers"])),
    });
  }

  get #me(): string | undefined {
    return this.#who?.kind === "record" ? this.#who.id : undefined;
  }

  #one(
    collection: string,
    id: unknown,
    inner: (record: PredicateRecord) => ExpandedRecord = (one) => one,
  ): ExpandedRecord | undefined {
    const one = this.#store.get(collection, String(id));
    return one !== undefined && this.views(collection, one)
      ? inner(one)
      : undefined;
  }

  #some(collection: string, list: readonly string[]) {
    const some = list.map((id) => this.#one(collection, id)).filter((one) =>
      one !== undefined
    );
    return some.length === 0 ? undefined : some;
  }

  #withExpand(
    record: PredicateRecord,
    expand: Record<
      string,
      ExpandedRecord | readonly ExpandedRecord[] | undefined
    >,
  ): ExpandedRecord {
    const there = Object.entries(expand).flatMap(([name, one]) =>
      one === undefined ? [] : [[name, one] as const]
    );
    return there.length === 0
      ? record
      : { ...record, expand: Object.fromEntries(there) };
  }
}

function ids(value: unknown): readonly string[] {
  return Array.isArray(value) ? value : [];
}

function identities(store: SampleStore): Identity[] {
  const accounts = store.all("users").map((record): Identity => ({
    kind: "record",
    collection: "users",
    id: String(record["id"]),
    record,
  }));
  return [
    null,
    { kind: "key", name: "robot" },
    { kind: "superuser" },
    ...accounts,
  ];
}

function accessOf(who: Identity | "program"): Access {
  const rules = new RuleBook(RULED, SCHEMA);
  return new Access({ rules, schema: SCHEMA, who, now: NOW });
}

const NAMES = ["tasks", "users", "teams", "profiles"] as const;
const ROUNDS = isSlow ? 200 : 25;

Deno.test("everybody sees in lists, by id and in changes what the rules say, and no more", () => {
  fc.assert(
    fc.property(records, (all) => {
      using store = new SampleStore(COLLECTIONS, all);
      for (const who of identities(store)) {
        const model = new Model(store, who);
        const access = accessOf(who);
        for (const collection of NAMES) {
          const listed = store.all(collection).filter((one) =>
            model.lists(collection, one)
          ).map(({ id }) => String(id)).sort();
          const condition = access.condition(collection, "list");
          assertEquals(store.ids(collection, condition), listed, collection);
          const [lists, views] = (["list", "view"] as const).map((rule) =>
            access.predicate(collection, rule)
          );
          for (const record of store.all(collection)) {
            const id = String(record["id"]);
            const isListed = listed.includes(id);
            const isViewed = model.views(collection, record);
            const rows = store.rows(
              recordQuery(id, access.condition(collection, "view"), {
                schema: SCHEMA,
                collection,
                now: NOW,
              }),
            );
            assertEquals(rows.length, isViewed ? 1 : 0);
            assertEquals(lists?.(record, store), isListed);
            assertEquals(views?.(record, store), isViewed);
          }
        }
      }
    }),
    { numRuns: ROUNDS },
  );
});

Deno.test("everybody sees in what is expanded what the rules say, and no more", async () => {
  const text =
    "owner.team, helpers,owner.profiles_via_user,owner.tasks_via_helpers,owner";
  const tree = parseExpand(text, { schema: SCHEMA, collection: "tasks" });
  await fc.assert(
    fc.asyncProperty(records, async (all) => {
      using store = new SampleStore(COLLECTIONS, all);
      for (const who of identities(store)) {
        const access = accessOf(who);
        const model = new Model(store, who);
        let reads = 0;
        const expanded = await expandRecords(store.all("tasks"), tree, {
          schema: SCHEMA,
          now: NOW,
          read: (statement) => {
            reads++;
            return Promise.resolve(store.rows(statement));
          },
          recordOf,
          viewCondition: (collection) => access.condition(collection, "view"),
        });
        assertEquals(
          expanded,
          store.all("tasks").map((one) => model.expanded(one)),
        );
        // One read for each relation, however many records there are.
        assertEquals(reads <= 5, true);
      }
    }),
    { numRuns: ROUNDS },
  );
});

Deno.test("a filter tells nothing of records that may not be listed", () => {
  fc.assert(
    fc.property(
      records,
      fc.constantFrom("a", "b", "", "10"),
      (all, name) => {
        using store = new SampleStore(COLLECTIONS, all);
        for (const who of identities(store)) {
          const model = new Model(store, who);
          const access = accessOf(who);
          const filter = parseFilter("owner.name = {:name}", {
            parameters: { name },
          });
          const expected = store.all("tasks").filter((task) => {
            if (!model.lists("tasks", task)) return false;
            const owner = store.get("users", String(task["owner"]));
            const seen = owner !== undefined && model.lists("users", owner)
              ? owner["name"] ?? ""
              : "";
            return seen === name;
          }).map(({ id }) => String(id)).sort();
          const condition = access.condition("tasks", "list", filter);
          assertEquals(store.ids("tasks", condition), expected);
          const test = access.predicate("tasks", "list", filter);
          const tested = store.all("tasks").filter((one) => test(one, store));
          assertEquals(tested.map(({ id }) => String(id)).sort(), expected);
        }
      },
    ),
    { numRuns: ROUNDS * 2 },
  );
});

Deno.test("the program itself sees everything", () => {
  const access = accessOf("program");
  assertEquals(access.isFree, true);
  assertEquals(access.condition("tasks", "delete").sql, "TRUE");
});

Deno.test("a rule and a caller's filter are one condition, which no text opens", () => {
  const access = accessOf(null);
  using store = new SampleStore(COLLECTIONS, {
    tasks: [{
      id: "t1",
      created: "2026-03-04 00:00:00.000Z",
      updated: "2026-03-04 00:00:00.000Z",
      done: false,
      labels: [],
      helpers: [],
    }],
  });
  for (
    const text of ["id != ''", "id = 't1' || id != ''", "(id != '') || 1 = 1"]
  ) {
    const condition = access.condition("tasks", "list", parseFilter(text));
    assertEquals(store.ids("tasks", condition), []);
    const free = accessOf("program").condition(
      "tasks",
      "list",
      parseFilter(text),
    );
    assertEquals(store.ids("tasks", free), ["t1"]);
  }
});

Deno.test("relations that are expanded have bounds, and must be some", () => {
  const expand = (text: string) =>
    assertThrows(
      () => parseExpand(text, { schema: SCHEMA, collection: "tasks" }),
      QueryError,
    );
  const deep = Array(7).fill("owner.tasks_via_owner").join(".");
  const many = Array.from({ length: 33 }, (_, at) => `x${at}`).join(",");
  const cases: [string, string][] = [
    [deep, "limit"],
    [many, "limit"],
    ["owner,".repeat(1000), "limit"],
    ["title", "unknown_field"],
    ["ownr", "unknown_field"],
    ["owner.title", "unknown_field"],
    ["users_via_team", "unknown_field"],
  ];
  for (const [text, code] of cases) {
    const error = expand(text);
    assertEquals([error.part, error.code], ["expand", code], text);
  }
  assertEquals(expand("ownr").closest, "owner");
});

Deno.test("a relation to more records than a list may have is refused", async () => {
  const tree = parseExpand("tasks_via_owner", {
    schema: SCHEMA,
    collection: "users",
  });
  const rows = Array.from({ length: 10_001 }, (_, at) => ({ id: `t${at}` }));
  const error = await assertRejects(
    () =>
      expandRecords([{ id: "u1" }], tree, {
        schema: SCHEMA,
        now: NOW,
        read: () => Promise.resolve(rows),
        recordOf: (_, row) => row as ExpandableRecord,
        viewCondition: (collection) =>
          accessOf("program").condition(collection, "view"),
      }),
    QueryError,
  );
  assertEquals([error.part, error.code], ["expand", "limit"]);
});
