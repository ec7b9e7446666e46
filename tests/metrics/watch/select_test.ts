import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { selectRows, type SortKey } from "../../../src/metrics/watch/select.ts";
import { boundedJson } from "../../../src/metrics/watch/bounded_json.ts";

Deno.test("a page of rows is the same as one of all that are sorted", () => {
  const key = fc.option(fc.integer({ min: 0, max: 9 }));
  fc.assert(fc.property(
    fc.array(key, { maxLength: 200 }),
    fc.nat(20),
    fc.integer({ min: 1, max: 20 }),
    fc.boolean(),
    (keys, offset, limit, descending) => {
      const items = keys.map((key, place) => ({ key, place }));
      const wanted = items.filter(({ place }) => place % 3 !== 0);
      const sign = descending ? -1 : 1;
      const sorted = wanted.toSorted((a, b) =>
        (a.key === null ? 1 : 0) - (b.key === null ? 1 : 0) ||
        sign * ((a.key ?? 0) - (b.key ?? 0)) || a.place - b.place
      );
      const query = { offset, limit, descending };
      const found = selectRows(items, query, {
        matches: ({ place }) => place % 3 !== 0,
        keyOf: ({ key }): SortKey => key,
        rowOf: ({ place }) => place,
      });
      assertEquals(found, {
        matching: wanted.length,
        offset,
        rows: sorted.slice(offset, offset + limit).map(({ place }) => place),
      });
    },
  ));
});

Deno.test("JSON that is plain and small is shown as it is", () => {
  fc.assert(fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
    const { json, isTruncated } = boundedJson(value);
    if (isTruncated) return;
    assertEquals(json, JSON.stringify(value, null, 2));
  }));
});

Deno.test("what an author shows is bounded, whatever it is", () => {
  const cycle: Record<string, unknown> = { name: "cycle" };
  cycle.self = cycle;
  const deep: unknown[] = [];
  let inner = deep;
  for (let i = 0; i < 10_000; i++) inner.push(inner = []);
  const wide = Array.from({ length: 1000 }, () => new Array(1000).fill("x"));
  const names = Object.fromEntries(
    Array.from({ length: 5000 }, (_, i) => [`name ${i}`, i]),
  );
  for (const value of [cycle, deep, wide, names, "x".repeat(1_000_000)]) {
    const { json, isTruncated } = boundedJson(value);
    assertEquals(isTruncated, true);
    if (json.length > 300_000) throw new Error(`${json.length} characters`);
  }
});

Deno.test("what JSON has not is shown as a text", () => {
  const { json } = boundedJson({
    at: new Date(0),
    big: 12n,
    bytes: new Uint8Array(3),
    error: new TypeError("no"),
    none: undefined,
    not: NaN,
    set: new Set([1]),
    symbol: Symbol("s"),
    run() {},
  });
  assertEquals(JSON.parse(json), {
    at: "1970-01-01T00:00:00.000Z",
    big: "12n",
    bytes: "[Uint8Array of 3 bytes]",
    error: "TypeError: no",
    none: null,
    not: "NaN",
    set: [1],
    symbol: "Symbol(s)",
    run: "[function]",
  });
});
