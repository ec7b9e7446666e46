import { assertEquals } from "@std/assert";
import { rowNames, toRow, toRows } from "../../bench/ratios/rows.ts";

Deno.test("toRow() divides ours by the baseline for a time", () => {
  assertEquals(toRow("x", "us", [20, 30, 50], [10, 10, 10]), {
    name: "x",
    ours: 30,
    baseline: 10,
    ratio: 3,
    unit: "us",
    rounds: 3,
    spread: 1.5,
  });
});

Deno.test("toRow() divides the baseline by ours for a rate", () => {
  assertEquals(toRow("x", "MB/s", [50], [100]).ratio, 2);
});

Deno.test("toRow() takes the median of the rounds' ratios, not the ratio of the medians", () => {
  const row = toRow("x", "ns", [1, 10, 100], [2, 1, 100]);
  assertEquals(row.ratio, 1);
  assertEquals(row.ours / row.baseline, 5);
});

Deno.test("rowNames() has a row for each of several peers", () => {
  assertEquals(rowNames({ name: "a/b" }), ["a/b"]);
  assertEquals(rowNames({ name: "a/b", peers: ["c", "d"] }), [
    "a/b",
    "a/b-c",
    "a/b-d",
  ]);
});

Deno.test("toRows() compares with the fastest peer, by time and by rate", () => {
  const naming = { name: "x", peers: ["a", "b"] };
  const figures = [[30], [15]];
  const times = toRows(naming, "ns", [10], figures);
  const rates = toRows(naming, "ops/s", [10], figures);
  assertEquals(times.map((row) => [row.name, row.baseline]), [
    ["x", 15],
    ["x-a", 30],
    ["x-b", 15],
  ]);
  assertEquals(rates[0]?.baseline, 30);
});
