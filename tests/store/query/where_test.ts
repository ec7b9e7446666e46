import { assertEquals } from "@std/assert";
import {
  allOf,
  anyOf,
  type Filter,
  noneOf,
} from "../../../src/store/query/filter.ts";
import { parseFilter } from "../../../src/store/query/filter_parser.ts";
import { where } from "../../../src/store/query/where.ts";
import { collection } from "../../../src/store/schema/collection.ts";
import {
  bool,
  computed,
  date,
  integer,
  json,
  relation,
  select,
  text,
} from "../../../src/store/schema/fields.ts";

const users = collection("users", {
  fields: { name: text({ required: true }), age: integer() },
});
const tasks = collection("tasks", {
  fields: {
    title: text(),
    state: select(["open", "closed"]),
    labels: select(["a", "b"], { max: 2 }),
    points: integer(),
    done: bool(),
    due: date(),
    owner: relation("users"),
    helpers: relation("users", { max: 3 }),
    meta: json(),
    shout: computed(["title"], (record) => `${record.title}!`),
  },
});

function assertSame(built: Filter, text: string): void {
  const plain = (filter: Filter) =>
    JSON.stringify(filter, (key, value) => key === "at" ? undefined : value);
  assertEquals(plain(built), plain(parseFilter(text)), text);
}

Deno.test("the builder makes the filters that texts parse to", () => {
  const task = where(tasks);
  assertSame(task.title.is("tea"), "title = 'tea'");
  assertSame(task.title.isEmpty(), "title = null");
  assertSame(task.title.contains("50%_"), "title ~ '%50\\%\\_%'");
  assertSame(task.title.startsWith("te"), "title ~ 'te%'");
  assertSame(task.points.isAbove(5), "points > 5");
  assertSame(task.points.isAtMost(5), "points <= 5");
  assertSame(task.done.isNot(true), "done != true");
  assertSame(task.due.isBelow("2026-01-01"), "due < '2026-01-01'");
  assertSame(task.labels.has("a"), "labels ?= 'a'");
  assertSame(task.labels.hasOnly("a"), "labels = 'a'");
  assertSame(task.labels.length.isAtLeast(2), "labels:length >= 2");
  assertSame(task.labels.isEmpty(), "labels:length = 0");
  assertSame(task.owner.is("u1"), "owner = 'u1'");
  assertSame(task.owner.in(users).name.is("Ann"), "owner.name = 'Ann'");
  assertSame(task.helpers.some(users).age.isAbove(3), "helpers.age ?> 3");
  assertSame(task.meta.at("a", 0).is(true), "meta.a.0 = true");
  assertSame(
    allOf(
      task.id.is("x"),
      anyOf(task.done.is(true), task.points.isAtLeast(1)),
    ),
    "id = 'x' && (done = true || points >= 1)",
  );
});

Deno.test("one of several values is one comparison, and one of none selects nothing", () => {
  assertEquals(where(tasks).state.isOneOf(["open", "closed"]), {
    kind: "compare",
    left: { kind: "field", path: ["state"] },
    operator: "=",
    isAny: true,
    right: { kind: "values", values: ["open", "closed"] },
  });
  assertEquals(where(tasks).state.isOneOf([]), { kind: "none" });
  assertEquals(where(tasks).labels.hasOneOf([]), { kind: "none" });
});

Deno.test("filters are joined as logic has it", () => {
  const one = where(tasks).done.is(true);
  assertEquals(allOf(), { kind: "all" });
  assertEquals(anyOf(), { kind: "none" });
  assertEquals(allOf(one, { kind: "all" }), one);
  assertEquals(allOf(one, { kind: "none" }), { kind: "none" });
  assertEquals(anyOf(one, { kind: "all" }), { kind: "all" });
  assertEquals(noneOf(noneOf(one)), one);
});

Deno.test("a field or a value of the wrong type is refused by the compiler", () => {
  const task = where(tasks);
  function _refused(): void {
    // @ts-expect-error: there is no such field
    task.titel.is("x");
    // @ts-expect-error: it is a number
    task.points.is("5");
    // @ts-expect-error: it is none of the selected texts
    task.state.is("opne");
    // @ts-expect-error: it is no list
    task.title.has("x");
    // @ts-expect-error: true and false have no order
    task.done.isAbove(false);
    // @ts-expect-error: a list is compared by what it has
    task.labels.is("a");
    // @ts-expect-error: a number contains no text
    task.points.contains("5");
    // @ts-expect-error: code makes it, so no query knows it
    task.shout.is("x");
    // @ts-expect-error: users have no title
    task.owner.in(users).title.is("x");
  }
});
