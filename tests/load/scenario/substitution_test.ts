import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { JsonObject } from "../../../src/codec/mod.ts";
import { LoadTestError } from "../../../src/load/load_errors.ts";
import { partsOf } from "../../../src/load/scenario/reference.ts";
import type { Known } from "../../../src/load/scenario/sources.ts";
import {
  compileRequest,
  drawInteger,
  drawUuid,
  type Values,
} from "../../../src/load/scenario/substitution.ts";
import { randomStream } from "../../../src/stats/random.ts";

const person = { id: 7, name: "Ada", tags: ["a", "b"] };

const known: Known = {
  feeders: new Map([["people", [person]]]),
  groups: ["port", "zip"],
  env: ["TOKEN"],
  captured: ["csrf"],
};

const constants = {
  outputs: { port: "8080", zip: "01234" },
  variable: (name: string) => `value of ${name}`,
};

const values: Values = {
  user: 3,
  iteration: 12,
  uuid: "2f0c61ac-52a7-4a37-8a09-6fd4d4a4a1a1",
  random: () => 0.5,
  now: () => 1_800_000_000_000,
  record: () => person,
  captured: (name) => `captured ${name}`,
};

function filled(request: JsonObject): JsonObject {
  return compileRequest(request, known, constants).fill(values);
}

Deno.test("a request takes values and text from records, at any depth", () => {
  const template = compileRequest(
    {
      url: "/users/${people.id}?name=${people.name}",
      body: { id: "${people.id}", list: ["${people.tags}", "$ {not.this}", 1] },
      method: "POST",
    },
    known,
    constants,
  );
  assertEquals(template.onlyFeeder, "people");
  assertEquals(template.fill(values), {
    url: "/users/7?name=Ada",
    body: { id: 7, list: [["a", "b"], "$ {not.this}", 1] },
    method: "POST",
  });
});

Deno.test("a request without references is always the same object", () => {
  const request = { url: "/$${HOME}", list: [1, { a: "b" }] };
  const template = compileRequest(request, known, constants);
  assertEquals(template.constant, { url: "/${HOME}", list: [1, { a: "b" }] });
  assertEquals(template.fill(values) === template.constant, true);
});

Deno.test("outputs of the target are filled in, as a number if the text is nothing else", () => {
  const request = {
    port: "${target.port}",
    url: "http://localhost:${target.port}/${people.id}",
    zip: "${target.zip}",
  };
  assertEquals(filled(request), {
    port: 8080,
    url: "http://localhost:8080/7",
    zip: "01234",
  });
  assertThrows(
    () => compileRequest(request, known, { ...constants, outputs: {} }),
    LoadTestError,
    'no output "port"',
  );
});

Deno.test("values of the user, the iteration, the clock and chance are filled in", () => {
  assertEquals(
    filled({
      user: "${user.number}",
      key: "${user.number}-${iteration}",
      id: "${uuid}",
      again: "x${uuid}",
      dice: "${random.int(1,6)}",
      spaced: "${ random.int( -5 , 4 ) }",
      at: "${now}",
      token: "Bearer ${env.TOKEN}",
      csrf: "${csrf}",
    }),
    {
      user: 3,
      key: "3-12",
      id: values.uuid,
      again: `x${values.uuid}`,
      dice: 4,
      spaced: 0,
      at: 1_800_000_000_000,
      token: "Bearer value of TOKEN",
      csrf: "captured csrf",
    },
  );
});

Deno.test("before a brace two dollars are one, and so everything can be sent", () => {
  const cases = [
    ["$${HOME}", "${HOME}"],
    ["$$${people.id}", "$7"],
    ["$$$${a", "$${a"],
    ["$$$$${people.id}", "$$7"],
    ["$ {a} $HOME $$ {b}", "$ {a} $HOME $$ {b}"],
    ["${people.id}$${people.id}", "7${people.id}"],
  ] as const;
  for (const [written, sent] of cases) {
    assertEquals(filled({ written }), { written: sent });
  }
});

/** The text that stands for this one as it is. */
function escaped(text: string): string {
  return text.replace(/\$+\{/g, (run) => `${"$$".repeat(run.length - 1)}{`);
}

/** Texts with many dollars and braces. */
const text = fc.string({
  unit: fc.constantFrom("$", "{", "}", "a", ".", "${", "${uuid}", "é"),
  maxLength: 12,
});

Deno.test("any text is sent as it is once it is escaped, beside what is filled in", () => {
  fc.assert(
    fc.property(text, text, (before, after) => {
      // A dollar right before the reference would belong to it.
      const start = `x${before.replace(/\$+$/, "")}`;
      const written = `${escaped(start)}\${people.id}${escaped(after)}`;
      assertEquals(filled({ written }), { written: `${start}7${after}` });
      assertEquals(filled({ written: escaped(after) }), { written: after });
    }),
  );
});

Deno.test("the parts of a text are all of it", () => {
  fc.assert(fc.property(text, (text) => {
    const parts = partsOf(text);
    const written = parts.map((part, index) => {
      if (typeof part !== "string") return part.written;
      const isLast = index === parts.length - 1;
      // The dollars before a reference are before its brace.
      return isLast
        ? escaped(part)
        : escaped(part).replace(/\$+$/, (dollars) => dollars.repeat(2));
    }).join("");
    assertEquals(partsOf(written), parts);
  }));
});

Deno.test("random numbers are within their limits, and reach both", () => {
  const random = randomStream(1, "any");
  const drawn = Array.from({ length: 200 }, () => drawInteger(random, -1, 1));
  assertEquals(new Set(drawn), new Set([-1, 0, 1]));
  const { MIN_SAFE_INTEGER: min, MAX_SAFE_INTEGER: max } = Number;
  fc.assert(fc.property(
    fc.integer({ min, max }),
    fc.integer({ min, max }),
    fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    (a, b, drawn) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)];
      const number = drawInteger(() => drawn, low, high);
      return Number.isSafeInteger(number) && low <= number && number <= high;
    },
  ));
});

Deno.test("a UUID is one of version 4, and differs with what is drawn", () => {
  const random = randomStream(1, "any");
  const drawn = Array.from({ length: 100 }, () => drawUuid(random));
  for (const uuid of drawn) {
    assertMatch(
      uuid,
      /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/,
    );
  }
  assertEquals(new Set(drawn).size, 100);
});
