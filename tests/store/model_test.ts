// Random creates, changes and deletes on a store, beside a plain map of records.
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  bool,
  collection,
  integer,
  json,
  number,
  relation,
  select,
  type Store,
  StoreError,
  text,
} from "../../src/store/mod.ts";
import type { Change, Row } from "../../src/store/engine/engine.ts";
import { engineOf } from "../../src/store/store.ts";
import { isSlow } from "../support/slow.ts";
import { openStore } from "./support/open_store.ts";

const groups = collection("groups", {
  fields: { name: text() },
  indexes: [{ fields: ["name"], isUnique: true }],
});
const people = collection("people", {
  fields: {
    name: text({ required: true }),
    age: integer({ min: 0 }),
    score: number(),
    isIn: bool(),
    tags: select(["a", "b", "c"], { max: 3 }),
    extra: json(),
    group: relation("groups", { onDelete: "cascade" }),
  },
});

const ids = Array.from({ length: 6 }, (_, i) => `${i}`.padEnd(15, "x"));
const id = fc.constantFrom(...ids);
const someText = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 20 }),
  fc.constantFrom("'; DROP TABLE people; --", '"', "?", "%", "é", "\0", "null"),
);
const person = fc.record({
  name: someText,
  age: fc.oneof(fc.nat(), fc.constantFrom(2 ** 53 - 1, -1, 1.5, null)),
  score: fc.oneof(fc.double(), fc.constant(null)),
  isIn: fc.boolean(),
  tags: fc.uniqueArray(
    fc.constantFrom("a" as const, "b" as const, "c" as const),
  ),
  extra: fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom({ a: 1n }, ["'"]),
  ),
  group: fc.oneof(id, fc.constant(null)),
}, { requiredKeys: ["name"] });
const command = fc.oneof(
  fc.record({ kind: fc.constant("create_person" as const), id, data: person }),
  fc.record({ kind: fc.constant("update_person" as const), id, data: person }),
  fc.record({ kind: fc.constant("delete_person" as const), id }),
  fc.record({
    kind: fc.constant("create_group" as const),
    id,
    name: fc.constantFrom("x", "y", "z", null),
  }),
  fc.record({ kind: fc.constant("delete_group" as const), id }),
);
type Command = typeof command extends fc.Arbitrary<infer C> ? C : never;
type Plain = Record<string, unknown>;

/** What the store should be: written without a look at how it does it. */
class Model {
  readonly people = new Map<string, Plain>();
  readonly groups = new Map<string, Plain>();

  /** Does a command, and returns whether it is allowed. */
  apply(command: Command): boolean {
    switch (command.kind) {
      case "create_group": {
        const { id, name } = command;
        const isTaken = this.groups.has(id) ||
          [...this.groups.values()].some((one) =>
            name !== null && one.name === name
          );
        if (isTaken) return false;
        this.groups.set(id, { id, name });
        return true;
      }
      case "delete_group": {
        for (const [key, { group }] of this.people) {
          if (group === command.id) this.people.delete(key);
        }
        return this.groups.delete(command.id);
      }
      case "create_person": {
        const { id, data } = command;
        if (this.people.has(id) || !this.#isRight(data)) return false;
        this.people.set(id, {
          id,
          age: null,
          score: null,
          isIn: false,
          tags: [],
          extra: null,
          group: null,
          ...plain(data),
        });
        return true;
      }
      case "update_person": {
        const before = this.people.get(command.id);
        if (before === undefined || !this.#isRight(command.data)) return false;
        this.people.set(command.id, { ...before, ...plain(command.data) });
        return true;
      }
      case "delete_person":
        return this.people.delete(command.id);
    }
  }

  #isRight({ name, age, score, extra, group }: Plain): boolean {
    const isName = typeof name === "string" && name !== "" &&
      !name.includes("\0") && Array.from(name).length <= 5000;
    const isAge = age === undefined || age === null ||
      Number.isSafeInteger(age) && Number(age) >= 0;
    const isScore = score === undefined || score === null ||
      Number.isFinite(score);
    return isName && isAge && isScore && isJson(extra) &&
      (group === undefined || group === null || this.groups.has(String(group)));
  }
}

function isJson(value: unknown): boolean {
  try {
    return !JSON.stringify(value)?.includes("\\u0000");
  } catch {
    return false;
  }
}

/** As JSON has it, and with no sign of zero. */
function plain(data: Plain): Plain {
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => [
      name,
      typeof value === "number" ? value + 0 : JSON.parse(JSON.stringify(value)),
    ]),
  );
}

async function apply(data: Store, command: Command): Promise<boolean> {
  const [all, of] = [data.collection(people), data.collection(groups)];
  try {
    switch (command.kind) {
      case "create_group":
        await of.create({ id: command.id, name: command.name });
        break;
      case "delete_group":
        await of.delete(command.id);
        break;
      case "create_person":
        await all.create({ id: command.id, ...command.data });
        break;
      case "update_person":
        await all.update(command.id, command.data);
        break;
      case "delete_person":
        await all.delete(command.id);
    }
    return true;
  } catch (error) {
    if (error instanceof StoreError) return false;
    throw error;
  }
}

/** Everything that is in a collection, without its times. */
async function everything(
  data: Store,
  of: typeof people | typeof groups,
): Promise<Map<string, Plain>> {
  const found = new Map<string, Plain>();
  for (const { id } of await rowsOf(data, of.name)) {
    const { created: _c, updated: _u, ...record } = await data.collection(of)
      .get(String(id));
    found.set(record.id, record);
  }
  return found;
}

function rowsOf(data: Store, name: string): Promise<readonly Row[]> {
  return engineOf(data).read({ sql: `SELECT * FROM "${name}"`, values: [] });
}

Deno.test("a store is what a plain map of records is after any creates, changes and deletes, and so is its change log", async () => {
  await using opened = await openStore({ collections: [groups, people] });
  const { data } = opened;
  const seen: Change[] = [];
  using _subscription = opened.engine.subscribe((changes) =>
    void seen.push(...changes)
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(command, { maxLength: 40 }),
      async (commands) => {
        const model = new Model();
        const { cursor } = data;
        for (const command of commands) {
          const expected = model.apply(command);
          assertEquals(await apply(data, command), expected, command.kind);
        }
        assertEquals(await everything(data, people), model.people);
        assertEquals(await everything(data, groups), model.groups);
        const { changes } = await opened.engine.changesSince(cursor, 10_000);
        assertEquals(seen.splice(0), changes);
        const records = new Map<string, Row>();
        for (const { collection, id, record, before } of changes) {
          const key = `${collection} ${id}`;
          assertEquals(records.get(key) ?? null, before);
          if (record === null) records.delete(key);
          else records.set(key, record);
        }
        const rows = [
          ...(await rowsOf(data, "people")).map((row) =>
            [`people ${row.id}`, row] as const
          ),
          ...(await rowsOf(data, "groups")).map((row) =>
            [`groups ${row.id}`, row] as const
          ),
        ];
        assertEquals(records, new Map(rows));
        for (const { id } of await rowsOf(data, "people")) {
          await data.collection(people).delete(String(id));
        }
        for (const { id } of await rowsOf(data, "groups")) {
          await data.collection(groups).delete(String(id));
        }
        seen.splice(0);
      },
    ),
    { numRuns: isSlow ? 500 : 25, seed: 11 },
  );
});
