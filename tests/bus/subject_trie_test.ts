import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { matches } from "../../src/bus/subject_rules.ts";
import { SubjectTrie } from "../../src/bus/subject_trie.ts";
import { isSlow } from "../support/slow.ts";

const sorted = (items: readonly number[]): readonly number[] =>
  items.toSorted((a, b) => a - b);

const tokens = fc.constantFrom("a", "b", "c");
const subjects = fc.array(tokens, { minLength: 1, maxLength: 4 }).map((all) =>
  all.join(".")
);
const patterns = fc.tuple(
  fc.array(fc.oneof(tokens, fc.constant("*")), { maxLength: 3 }),
  fc.oneof(tokens, fc.constant("*"), fc.constant(">")),
).map(([first, last]) => [...first, last].join("."));

Deno.test("a trie finds the items whose patterns match, whatever was added, removed and looked up before", () => {
  const step = fc.record({
    pattern: patterns,
    item: fc.integer({ min: 0, max: 5 }),
    adds: fc.boolean(),
    subject: subjects,
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const trie = new SubjectTrie<number>(sorted);
      const model: { pattern: string; item: number }[] = [];
      for (const { pattern, item, adds, subject } of steps) {
        const at = model.findIndex((entry) =>
          entry.pattern === pattern && entry.item === item
        );
        if (adds) {
          assertEquals(trie.add(pattern, item), at === -1);
          if (at === -1) model.push({ pattern, item });
        } else {
          assertEquals(trie.delete(pattern, item), at !== -1);
          if (at !== -1) model.splice(at, 1);
        }
        const found = model.filter((entry) => matches(entry.pattern, subject));
        assertEquals(
          trie.match(subject),
          sorted(found.map((entry) => entry.item)),
        );
        assertEquals(trie.size, model.length);
      }
    }),
    { numRuns: isSlow ? 20_000 : 500 },
  );
});

Deno.test("a trie remembers what it found for a bounded number of subjects", () => {
  const trie = new SubjectTrie<number>(sorted);
  trie.add("orders.>", 1);
  for (let order = 0; order < 20_000; order++) {
    assertEquals(trie.match(`orders.${order}`), [1]);
  }
  assertEquals(trie.cachedSubjects <= 4096, true);
});

Deno.test("a trie gives what it found the same again until an item that matches comes or goes", () => {
  const trie = new SubjectTrie<number>(sorted);
  trie.add("a.b", 1);
  const first = trie.match("a.b");
  trie.add("a.c", 2);
  assertEquals(trie.match("a.b") === first, true);
  trie.add("a.*", 3);
  assertEquals(trie.match("a.b"), [1, 3]);
});
