import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { ErrorTally } from "../../../src/load/run/error_tally.ts";

Deno.test("errors are tallied in bounded memory, the most frequent first", () => {
  const tally = new ErrorTally();
  for (let i = 0; i < 1000; i++) tally.add(new Error(`number ${i}`));
  for (let i = 0; i < 5; i++) tally.add("number 7");
  for (let i = 0; i < 3; i++) tally.add(new Error("number 7"));
  const top = tally.top();
  assertEquals(top.length, 20);
  assertEquals(top[0], { message: "number 7", count: 5 });
  assertEquals(top[1], { message: "Error: number 7", count: 3 });
  // Nothing is lost: what has no entry of its own is in the last one.
  assertEquals(top.at(-1)?.message, "(other errors)");
  assertEquals(top.reduce((sum, { count }) => sum + count, 0), 1008);
});

Deno.test("a frequent error comes first, however many rare ones came before it", () => {
  const values = new ErrorTally();
  for (let i = 0; i < 210; i++) values.add(`it is ${i}`);
  for (let i = 0; i < 110; i++) values.add("status is 503");
  assertEquals(values.top()[0], { message: "status is 503", count: 110 });
  const all = new ErrorTally();
  all.addAll(values);
  assertEquals(all.top()[0], { message: "status is 503", count: 110 });
});

Deno.test("as many messages as a result has are reported without an entry for others", () => {
  const tally = new ErrorTally();
  for (let i = 0; i < 20; i++) tally.add(`number ${i}`);
  assertEquals(tally.top().length, 20);
  assert(tally.top().every(({ message }) => message !== "(other errors)"));
  tally.add("number 20");
  assertEquals(tally.top().length, 20);
  assertEquals(tally.top().at(-1), { message: "(other errors)", count: 2 });
});

Deno.test("the counts of errors add up, and none is too high", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 600 }), { maxLength: 3000 }),
      fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 300 }),
      fc.integer(),
      (rare, often, seed) => {
        const errors = [...rare, ...often].map((number) => `number ${number}`)
          .sort((a, b) => hash(a, seed) - hash(b, seed));
        const tally = new ErrorTally();
        const counts = new Map<string, number>();
        for (const error of errors) {
          tally.add(error);
          counts.set(error, (counts.get(error) ?? 0) + 1);
        }
        const top = tally.top();
        const sum = top.reduce((sum, { count }) => sum + count, 0);
        assertEquals(sum, errors.length);
        for (const { message, count } of top) {
          if (message === "(other errors)") continue;
          assert(count <= (counts.get(message) ?? 0), message);
        }
      },
    ),
  );
});

/** A number for each text that depends on a seed. */
function hash(text: string, seed: number): number {
  let hash = seed | 0;
  for (const character of text) {
    hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
  }
  return hash;
}

Deno.test("errors that differ in an address, a number or an identifier are one, with what is common to them", () => {
  const kinds: readonly (readonly [expected: string, ...string[]])[] = [
    [
      "Cannot connect to …: refused",
      "Cannot connect to 127.0.0.1:40001: refused",
      "Cannot connect to 127.0.0.1:40002: refused",
    ],
    [
      "Cannot get … from http://localhost:8000/",
      "Cannot get 3f2b8c1e-1111-4222-8333-444455556666 from http://localhost:8000/",
      "Cannot get 00000000-1111-4222-8333-444455556666 from http://localhost:8000/",
    ],
    [
      "GET … failed",
      "GET http://a/1 failed",
      "GET http://a/2?x=y failed",
      "GET https://b/ failed",
    ],
    [
      "body.id is …, expected 7",
      "body.id is 1, expected 7",
      "body.id is 25, expected 7",
    ],
    ["no port …", "no port 1", "no port 2"],
    [
      "order … of … is gone",
      "order 1234 of /a/1 is gone",
      "order 5678 of /a/2 is gone",
    ],
    // What is the same in all of them is not left out.
    ["only port 8080 of 127.0.0.1:8080", "only port 8080 of 127.0.0.1:8080"],
    // These are different ones.
    ["status is 503, expected 200", "status is 503, expected 200"],
    ["status is 401, expected 200", "status is 401, expected 200"],
    ["body.id is missing, expected 7", "body.id is missing, expected 7"],
    ["HTTP 500", "HTTP 500"],
    ["HTTP 502", "HTTP 502"],
  ];
  const tally = new ErrorTally();
  const halves = [new ErrorTally(), new ErrorTally()];
  for (const [, ...messages] of kinds) {
    for (const [index, message] of messages.entries()) {
      tally.add(message);
      halves[index % 2]?.add(message);
    }
  }
  const expected = kinds.map(([message, ...all]) => ({
    message,
    count: all.length,
  }));
  const sorted = (tally: ErrorTally) =>
    tally.top().toSorted((a, b) => a.message < b.message ? -1 : 1);
  assertEquals(
    sorted(tally),
    expected.toSorted((a, b) => a.message < b.message ? -1 : 1),
  );
  // So it is with those of several threads.
  const merged = new ErrorTally();
  for (const half of halves) merged.addState(structuredClone(half.state()));
  assertEquals(sorted(merged), sorted(tally));
});

Deno.test("any message is reported as it is if it is the only one of its kind", () => {
  const characters = fc.constantFrom(
    ..."a1f9:/ -.?,\0ü",
    "is ",
    "http://",
    "…",
  );
  fc.assert(
    fc.property(fc.string({ unit: characters, maxLength: 400 }), (message) => {
      const tally = new ErrorTally();
      tally.add(message);
      tally.add(message);
      assertEquals(tally.top(), [{
        message: message.slice(0, 300).replaceAll("\0", ""),
        count: 2,
      }]);
    }),
  );
});
