import { assertEquals } from "@std/assert";
import { Database } from "../../src/store/engine/database.ts";
import type { SqlValue } from "../../src/store/engine/engine.ts";
import { ReadReceiver, ReadSender } from "../../src/store/engine/read_wire.ts";

/** Both sides, with a database between them. */
function bothSides() {
  const database = new Database(":memory:", 0, false);
  const sender = new ReadSender();
  const receiver = new ReadReceiver();
  const read = (
    calls: readonly { sql: string; values: readonly SqlValue[] }[],
    limits: { maxRows?: number; isLimited?: boolean } = {},
  ) => {
    const sent = sender.send(
      calls.map((call) => ({ ...call, maxRows: 10, ...limits })),
    );
    return {
      text: sent.text,
      outcomes: () => sent.outcomesOf(receiver.replyTo(sent.text, database)),
    };
  };
  return { database, read, [Symbol.dispose]: () => database.close() };
}

Deno.test("values cross to a reader and back as SQLite has them", () => {
  using sides = bothSides();
  const values: SqlValue[] = [
    null,
    "",
    'a "text"\n\twith\\ all \u2028 of it, \u{1f600}',
    0,
    0.1,
    5e-324,
    Number.MAX_VALUE,
    -Infinity,
    Infinity,
    7n,
    2n ** 53n - 1n,
    2n ** 53n + 1n,
    -(2n ** 63n),
    new Uint8Array([0, 1, 255]),
    new Uint8Array(0),
  ];
  for (const isLimited of [true, false]) {
    const { outcomes } = sides.read(
      values.map((value) => ({ sql: "SELECT ? AS one", values: [value] })),
      { isLimited },
    );
    const read = outcomes().map(({ failure, ...rest }) => {
      assertEquals(failure, undefined);
      return "value" in rest ? rest.value.rows[0]?.[0] : undefined;
    });
    assertEquals(
      read,
      values.map((value) =>
        typeof value === "bigint" && Number.isSafeInteger(Number(value))
          ? Number(value)
          : value
      ),
    );
  }
});

Deno.test("a read that fails spoils no other of its message", () => {
  using sides = bothSides();
  const [first, second, third] = sides.read([
    { sql: "SELECT 1 AS a UNION SELECT 2", values: [] },
    { sql: "SELECT nothing", values: [] },
    { sql: "SELECT 'x' AS b", values: [] },
  ]).outcomes();
  assertEquals(first?.failure, undefined);
  assertEquals(second?.failure?.kind, "sql");
  assertEquals(third?.failure, undefined);
  const { database } = sides;
  assertEquals(database.isInTransaction, false);
});

Deno.test("a statement and the names of its columns cross once, until there are too many", () => {
  using sides = bothSides();
  const columnsOf = (sql: string): readonly string[] | undefined => {
    const [outcome] = sides.read([{ sql, values: [] }]).outcomes();
    return outcome !== undefined && "value" in outcome
      ? outcome.value.columns
      : undefined;
  };
  const again = sides.read([{ sql: "SELECT 1 AS a", values: [] }]);
  assertEquals(again.text.includes("SELECT"), true);
  again.outcomes();
  const known = sides.read([{ sql: "SELECT 1 AS a", values: [] }]);
  assertEquals(known.text.includes("SELECT"), false);
  known.outcomes();
  for (let i = 0; i < 1200; i++) {
    assertEquals(columnsOf(`SELECT 1 AS a${i}`), [`a${i}`]);
    assertEquals(columnsOf("SELECT 1 AS a"), ["a"]);
  }
});

Deno.test("rows of a reply that nobody looks at hide no names of columns", () => {
  using sides = bothSides();
  const call = { sql: "SELECT 1 AS a", values: [] };
  sides.read([call]).outcomes();
  const [second] = sides.read([call]).outcomes();
  assertEquals(second && "value" in second && second.value.columns, ["a"]);
});

Deno.test("a statement with a limit of its own is not given another one, and is checked all the same", () => {
  using sides = bothSides();
  const sql = "SELECT 1 AS a UNION SELECT 2";
  const [few] = sides.read([{ sql, values: [] }], {
    isLimited: true,
    maxRows: 1,
  }).outcomes();
  assertEquals(few?.failure?.kind, "too_many_rows");
  const [all] = sides.read([{ sql, values: [] }], {
    isLimited: true,
    maxRows: 2,
  }).outcomes();
  assertEquals(all && "value" in all && all.value.rows, [[1], [2]]);
});
