import { assertEquals, assertThrows } from "@std/assert";
import {
  checkDuration,
  checkInteger,
  checkNumber,
  describeRange,
  isInRange,
  type NumberRange,
  resolveNumbers,
} from "../../src/checks/internal.ts";

const ranges: [NumberRange, inside: number[], outside: number[], string][] = [
  [{}, [0, -1.5, Infinity, -Infinity], [NaN], "a number"],
  [{ min: 1 }, [1, 1.5, Infinity], [0.99, -Infinity, NaN], "at least 1"],
  [{ max: 9 }, [9, -Infinity], [9.01, Infinity, NaN], "at most 9"],
  [{ min: 1, max: 9 }, [1, 9], [0, 10, Infinity, NaN], "from 1 to 9"],
  [{ above: 0 }, [0.001, Infinity], [0, -1, NaN], "above 0"],
  [{ below: 1 }, [0.999, -Infinity], [1, NaN], "below 1"],
  [{ above: 0, below: 1 }, [0.5], [0, 1, NaN], "above 0 and below 1"],
  [{ above: 0, max: 1 }, [1], [0, 1.1, NaN], "above 0 and at most 1"],
  [{ min: 0, below: 1 }, [0], [-1, 1, NaN], "at least 0 and below 1"],
  [{ integer: true }, [0, -7], [0.5, Infinity, NaN], "a whole number"],
  [
    { min: 1, integer: true },
    [1, 2],
    [0, 1.5, Infinity, NaN],
    "a whole number, at least 1",
  ],
  [
    { min: 1, max: 9, integer: true },
    [1, 9],
    [0, 1.5, 10, NaN],
    "a whole number from 1 to 9",
  ],
  [
    { min: 1, integer: true, orInfinity: true },
    [1, Infinity],
    [1.5, 0, -Infinity, NaN],
    "a whole number, at least 1, or Infinity",
  ],
  [
    { above: 0, finite: true },
    [0.1],
    [0, Infinity, NaN],
    "a finite number, above 0",
  ],
];

for (const [range, inside, outside, words] of ranges) {
  Deno.test(`a range of ${words} takes ${inside.join(", ")} alone`, () => {
    assertEquals(describeRange(range), words);
    for (const value of inside) {
      assertEquals(isInRange(value, range), true, `${value}`);
      checkNumber("size", value, range);
    }
    for (const value of outside) {
      assertEquals(isInRange(value, range), false, `${value}`);
      assertThrows(
        () => checkNumber("size", value, range),
        RangeError,
        `Cannot use size: it is ${value}, it must be ${words}`,
      );
    }
  });
}

for (
  const [value, text] of [
    ["5", 'it is "5"'],
    [undefined, "it is missing"],
    [null, "it is missing"],
    [true, "it is true"],
    [5n, "it is 5n"],
    [{}, "it is an object"],
    [[1], "it is an array"],
  ] as const
) {
  Deno.test(`checkNumber() refuses ${text.slice(6)} as no number`, () => {
    assertThrows(
      () => checkNumber("size", value, { min: 1 }),
      TypeError,
      `Cannot use size: ${text}, it must be a number`,
    );
  });
}

Deno.test("checkInteger() refuses a fraction", () => {
  checkInteger("seats", 2, { min: 2 });
  assertThrows(
    () => checkInteger("seats", 2.5, { min: 2 }),
    RangeError,
    "Cannot use seats: it is 2.5, it must be a whole number, at least 2",
  );
});

Deno.test("checkDuration() takes 0 and Infinity, and refuses less and NaN", () => {
  for (const ms of [0, 0.5, 1000, Infinity]) checkDuration("waitMs", ms);
  for (const ms of [-1, NaN]) {
    assertThrows(
      () => checkDuration("waitMs", ms),
      RangeError,
      `Cannot use waitMs: it is ${ms}, it must be at least 0`,
    );
  }
  assertThrows(() => checkDuration("waitMs", "5"), TypeError, 'it is "5"');
});

const defaults = { lingerMs: 1000, maxSockets: 10 };
const limits = { lingerMs: { min: 0 }, maxSockets: { min: 1, integer: true } };

Deno.test("resolveNumbers() fills in the defaults and changes neither table", () => {
  const resolved = resolveNumbers({ lingerMs: 0 }, defaults, limits);
  assertEquals(resolved, { lingerMs: 0, maxSockets: 10 });
  assertEquals(defaults, { lingerMs: 1000, maxSockets: 10 });
});

Deno.test("resolveNumbers() leaves other options alone", () => {
  const given = { maxSockets: 5, name: "a" };
  assertEquals(resolveNumbers(given, defaults, limits), {
    lingerMs: 1000,
    maxSockets: 5,
  });
});

Deno.test("resolveNumbers() checks each number against its own range", () => {
  assertThrows(
    // As a program without types does.
    () => resolveNumbers(Object({ lingerMs: null }), defaults, limits),
    TypeError,
    "Cannot use lingerMs: it is missing, it must be a number",
  );
  assertThrows(
    () => resolveNumbers({ lingerMs: -1 }, defaults, limits),
    RangeError,
    "Cannot use lingerMs: it is -1, it must be at least 0",
  );
  assertThrows(
    () => resolveNumbers({ maxSockets: 1.5 }, defaults, limits),
    RangeError,
    "Cannot use maxSockets: it is 1.5, it must be a whole number, at least 1",
  );
});
