import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import * as v from "valibot";
import { z } from "zod";
import {
  authCollection,
  bool,
  collection,
  computed,
  date,
  email,
  type Field,
  file,
  generated,
  integer,
  InvalidRecordError,
  json,
  type NewRecordOf,
  number,
  type RecordChangesOf,
  type RecordOf,
  relation,
  select,
  type StandardSchema,
  text,
  url,
} from "../../../src/store/mod.ts";
import {
  checkNewRecord,
  checkRecordChanges,
} from "../../../src/store/schema/check_record.ts";

/** What is kept of a value of a field, or what is needed in its place. */
async function kept(field: Field, value: unknown): Promise<unknown> {
  const one = collection("things", { fields: { it: field } });
  try {
    return (await checkNewRecord(one, { it: value })).it;
  } catch (error) {
    if (!(error instanceof InvalidRecordError)) throw error;
    return new Set(error.issues.map(({ needed }) => needed));
  }
}

/** Whether a field takes a value. */
async function takes(field: Field, value: unknown): Promise<boolean> {
  return !(await kept(field, value) instanceof Set);
}

Deno.test("each kind of field takes its values and no others", async () => {
  const cases: readonly [Field, readonly unknown[], readonly unknown[]][] = [
    [text(), ["", "x", "é", "😀"], [1, true, {}, "a\0b", "\ud800"]],
    [text({ min: 2, max: 3 }), ["ab", "😀😀", "😀😀😀"], ["a", "😀", "abcd"]],
    [text({ required: true }), ["x"], ["", null, undefined]],
    [text({ pattern: /^a+$/ }), ["aaa"], ["b", ""]],
    [text({ pattern: /a/g }), ["a"], ["b"]],
    [number(), [0, -1.5, 2 ** 60], [NaN, Infinity, "1", 1n]],
    [number({ min: 1, max: 2 }), [1, 1.5, 2], [0.9, 2.1]],
    [integer(), [0, -5, 2 ** 53 - 1], [1.5, 2 ** 53, "1", 1n]],
    [bool(), [true, false], [0, 1, "true"]],
    [email(), ["ann@example.org", "a+b@x.co"], ["ann", "@x.org", "a b@x.org"]],
    [url(), ["https://x.org/a?b", "http://localhost"], [
      "ftp://x.org",
      "javascript:alert(1)",
      "x",
    ]],
    [date(), ["2026-01-02", "2026-01-02 03:04:05.678Z", new Date(0)], [
      "2026-02-30",
      "2026-13-01",
      "yesterday",
      new Date(NaN),
      5,
    ]],
    [select(["a", "b"]), ["a"], ["c", ["a"], ""]],
    [select(["a", "b"], { max: 2 }), [[], ["a", "b"]], ["a", ["a", "a"], [
      "c",
    ]]],
    [select(["a"], { max: 2, required: true }), [["a"]], [[], null]],
    [json(), [{ a: [1, null] }, "x", 0, false], [
      () => {},
      1n,
      { a: "\0" },
    ]],
    [json({ maxBytes: 4 }), ["ab"], ["abc", "é€"]],
    [relation("users"), ["abcdefghijklmno"], ["abc", "ABCDEFGHIJKLMNO"]],
    [file(), ["a.png"], ["", 5]],
    [generated("1", "integer"), [], [1]],
    [computed(["id"], () => 1), [], [1]],
  ];
  for (const [field, good, bad] of cases) {
    const what = `${field.kind} ${JSON.stringify(field)}`;
    for (const value of good) {
      assertEquals(await takes(field, value), true, `${what}: ${value}`);
    }
    for (const value of bad) {
      assertEquals(await takes(field, value), false, `${what}: ${value}`);
    }
  }
});

Deno.test("what is kept is what SQLite reads back: whole numbers are bound as whole, moments in one form, arrays as JSON", async () => {
  assertEquals(await kept(integer(), 5), 5n);
  assertEquals(await kept(number(), -0), 0);
  assertEquals(await kept(bool(), true), 1n);
  assertEquals(await kept(bool(), undefined), 0n);
  assertEquals(await kept(text(), undefined), null);
  assertEquals(
    await kept(date(), "2026-01-02T04:04:05+01:00"),
    "2026-01-02 03:04:05.000Z",
  );
  assertEquals(
    await kept(date(), "2026-01-02 03:04"),
    "2026-01-02 03:04:00.000Z",
  );
  assertEquals(await kept(select(["a", "b"], { max: 2 }), undefined), "[]");
  assertEquals(await kept(select(["a", "b"], { max: 2 }), ["b"]), '["b"]');
  assertEquals(await kept(json(), { a: "x" }), '{"a":"x"}');
});

Deno.test("a record that is not valid is refused with everything that is wrong, where, and what is needed", async () => {
  const tasks = collection("tasks", {
    fields: {
      title: text({ required: true, max: 5 }),
      points: integer({ min: 0 }),
      done: bool(),
    },
  });
  const error = await assertRejects(
    () =>
      checkNewRecord(tasks, { points: -1, done: "yes", titel: "x", id: "?" }),
    InvalidRecordError,
  );
  assertEquals(error.issues, [
    {
      path: "titel",
      value: '"x"',
      needed: "left out, as tasks has no such field (did you mean title?)",
    },
    { path: "id", value: '"?"', needed: "15 characters, a-z and 0-9" },
    { path: "title", value: "missing", needed: "given" },
    {
      path: "points",
      value: "-1",
      needed: "a whole number within ±(2^53 - 1), at least 0",
    },
    { path: "done", value: '"yes"', needed: "true or false" },
  ]);
  assertEquals(
    error.message,
    'Cannot use a record of tasks: titel is "x", it must be left out, as tasks has no such field (did you mean title?); id is "?", it must be 15 characters, a-z and 0-9; title is missing, it must be given; points is -1, it must be a whole number within ±(2^53 - 1), at least 0; done is "yes", it must be true or false',
  );
  for (const nothing of [null, undefined, 5, []]) {
    await assertRejects(
      // What a program without types does.
      () => checkNewRecord(tasks, nothing as never),
      InvalidRecordError,
      "it must be an object with fields of tasks",
    );
  }
});

Deno.test("a change is checked for the fields that it has, and cannot change the id", async () => {
  const tasks = collection("tasks", {
    fields: { title: text({ required: true }), note: text() },
  });
  assertEquals(await checkRecordChanges(tasks, { note: null }), { note: null });
  const error = await assertRejects(
    () => checkRecordChanges(tasks, { title: null, id: "abcdefghijklmno" }),
    InvalidRecordError,
  );
  assertEquals(error.issues.map(({ path }) => path), ["id", "title"]);
});

const libraries: readonly [string, StandardSchema, StandardSchema][] = [
  [
    "Zod",
    z.object({ city: z.string().min(2) }),
    z.object({ from: z.number(), to: z.number() })
      .refine(({ from, to }) => from <= to, {
        message: "to is before from",
        path: ["to"],
      }),
  ],
  [
    "Valibot",
    v.object({ city: v.pipe(v.string(), v.minLength(2)) }),
    v.pipe(
      v.object({ from: v.number(), to: v.number() }),
      v.forward(
        v.check(({ from, to }) => from <= to, "to is before from"),
        ["to"],
      ),
    ),
  ],
];

for (const [library, ofField, ofRecord] of libraries) {
  Deno.test(`schemas of ${library} check JSON fields and whole records`, async () => {
    const people = collection("people", {
      fields: { address: json({ schema: ofField }) },
    });
    assertEquals(
      await checkNewRecord(people, { address: { city: "Bern" } }),
      { address: '{"city":"Bern"}' },
    );
    const error = await assertRejects(
      () => checkNewRecord(people, { address: { city: "B" } }),
      InvalidRecordError,
    );
    assertEquals(error.issues.map(({ path, value }) => [path, value]), [
      ["address.city", '"B"'],
    ]);
    const spans = collection("spans", {
      fields: { from: number(), to: number() },
      validate: ofRecord,
    });
    assertEquals(await checkNewRecord(spans, { from: 1, to: 2 }), {
      from: 1,
      to: 2,
    });
    const refused = await assertRejects(
      () => checkNewRecord(spans, { from: 2, to: 1 }),
      InvalidRecordError,
      "to is before from",
    );
    assertEquals(refused.issues.map(({ path }) => path), ["to"]);
  });
}

Deno.test("what a schema makes of a record is what is kept, if the fields take it", async () => {
  const made = (title: unknown): StandardSchema => ({
    "~standard": {
      version: 1,
      vendor: "test",
      validate: (value) =>
        Promise.resolve({ value: { ...Object(value), title } }),
    },
  });
  const fields = { title: text({ required: true }) };
  const good = collection("notes", { fields, validate: made("made") });
  assertEquals(await checkNewRecord(good, { title: "given" }), {
    title: "made",
  });
  const bad = collection("notes", { fields, validate: made(5) });
  await assertRejects(
    () => checkNewRecord(bad, { title: "given" }),
    InvalidRecordError,
    "title is 5",
  );
});

Deno.test("the types of records follow from the fields", () => {
  const users = authCollection("users", { fields: { name: text() } });
  const tasks = collection("tasks", {
    fields: {
      title: text({ required: true }),
      level: select(["low", "high"]),
      tags: select(["a", "b"], { max: 2 }),
      owner: relation("users", { required: true }),
      due: date(),
      twice: generated("points * 2", "integer"),
      points: number({ required: true }),
      label: computed(
        ["title"],
        ({ title }: { title: string }) => title.length,
      ),
    },
  });
  type Task = RecordOf<typeof tasks>;
  type NewTask = NewRecordOf<typeof tasks>;
  type Changes = RecordChangesOf<typeof tasks>;
  const fresh: NewTask = {
    title: "x",
    owner: "u",
    points: 1,
    due: new Date(),
    tags: ["a"],
  };
  // @ts-expect-error: the title is missing
  const untitled: NewTask = { owner: "u", points: 1 };
  // @ts-expect-error: no such level
  const wrongLevel: Changes = { level: "middle" };
  // @ts-expect-error: what is computed cannot be written
  const written: Changes = { label: 5 };
  const read = (task: Task): [
    string,
    "low" | "high" | null,
    readonly ("a" | "b")[],
    number | null,
    number,
  ] => [task.title, task.level, task.tags, task.twice, task.label];
  const account: NewRecordOf<typeof users> = { email: "a@b.co", name: null };
  assertEquals(
    [fresh, untitled, wrongLevel, written, read, account].length,
    6,
  );
});

Deno.test("a collection that cannot be is refused when it is made", () => {
  const title = text();
  const cases: readonly [() => unknown, string][] = [
    [() => collection("", { fields: {} }), "the name of a collection"],
    [() => collection("a b", { fields: {} }), '"a b"'],
    [() => collection("sqlite_x", { fields: {} }), "sqlite_"],
    [() => collection('x"; DROP TABLE y; --', { fields: {} }), "the name"],
    [() => collection("a", { fields: { id: title } }), '"id"'],
    [() => collection("a", { fields: { Created: title } }), '"Created"'],
    [() => collection("a", { fields: { x: title, X: title } }), '"X"'],
    [
      () =>
        collection("a", { fields: { x: title }, indexes: [{ fields: ["y"] }] }),
      '"y" is no field',
    ],
    [
      () =>
        collection("a", {
          fields: { x: computed(["y"], () => 1) },
        }),
      "depends on y",
    ],
    [() => text({ min: 5, max: 3 }), "at least min, which is 5"],
    [() => integer({ min: 1, max: 0 }), "at least min, which is 1"],
    [
      () => authCollection("a", { fields: { email: title } }),
      '"email"',
    ],
    [
      () => collection("a", { fields: {}, rules: { list: 5 as never } }),
      "the rule list of a",
    ],
    [
      () => collection("a", { fields: {}, ruels: {} } as never),
      'did you mean "rules"?',
    ],
    [() => text({ max: 0 }), "max"],
    [() => select([]), "values of select()"],
    [() => relation("users", { onDelete: "nothing" as never }), "onDelete"],
    [() => json({ schema: {} as never }), "schema"],
  ];
  for (const [make, message] of cases) assertThrows(make, Error, message);
});
