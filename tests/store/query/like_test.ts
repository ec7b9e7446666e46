import { assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { isSlow } from "../../support/slow.ts";
import { likePatternOf } from "../../../src/store/query/like.ts";

const text = fc.array(fc.constantFrom(..."aAbB%_\\éÉ😀\uffff"), {
  maxLength: 9,
}).map((characters) => characters.join(""));

Deno.test("a pattern matches in memory what LIKE of SQLite matches", () => {
  using database = new DatabaseSync(":memory:");
  const like = database.prepare("SELECT ? LIKE ? ESCAPE '\\' AS met");
  fc.assert(
    fc.property(text, text, (value, wanted) => {
      const pattern = likePatternOf(wanted);
      const { met } = like.get(value, pattern.text) ?? {};
      assertEquals(pattern.matches(value), met === 1, pattern.text);
    }),
    { numRuns: isSlow ? 200_000 : 3_000 },
  );
});

Deno.test("a text without % is found anywhere, with what looks like a pattern in it", () => {
  fc.assert(
    fc.property(text, text, text, (before, wanted, after) => {
      const escaped = wanted.replaceAll(/[\\%_]/g, "\\$&");
      const pattern = likePatternOf(escaped);
      assertEquals(pattern.matches(before + wanted + after), true);
    }),
    { numRuns: isSlow ? 50_000 : 1_000 },
  );
});

Deno.test("a long pattern with _ matches what LIKE of SQLite matches", () => {
  using database = new DatabaseSync(":memory:");
  const like = database.prepare("SELECT ? LIKE ? ESCAPE '\\' AS met");
  const characters = (of: string, maxLength: number) =>
    fc.array(fc.constantFrom(...of), { maxLength }).map((all) => all.join(""));
  fc.assert(
    fc.property(
      characters("aab", 300),
      fc.array(characters("aaaab_", 90), { minLength: 1, maxLength: 4 }),
      fc.nat(200),
      fc.nat(120),
      (value, pieces, from, length) => {
        // One piece is of the value itself, so that some are found.
        const own = value.slice(from, from + length).replaceAll("b", "_");
        const wanted = `%${[...pieces.slice(1), own].join("%")}%_`;
        const pattern = likePatternOf(wanted);
        const { met } = like.get(value, pattern.text) ?? {};
        assertEquals(pattern.matches(value), met === 1, pattern.text);
      },
    ),
    { numRuns: isSlow ? 20_000 : 1_000 },
  );
});
