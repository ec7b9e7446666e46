import { assertThrows } from "@std/assert";
import { runInNewContext } from "node:vm";
import {
  checkOptionNames,
  type OptionNames,
} from "../../src/checks/internal.ts";

interface PoolOptions {
  readonly lingerMs?: number;
  readonly maxSockets?: number;
}

const NAMES: OptionNames<PoolOptions> = { lingerMs: true, maxSockets: true };

/** As a program without types would call it. */
function check(options: object): void {
  checkOptionNames<PoolOptions>("pool()", options, NAMES);
}

Deno.test("checkOptionNames() takes known options, or none", () => {
  for (const options of [{}, { lingerMs: 1 }, { maxSockets: undefined }]) {
    check(options);
  }
});

for (
  const [name, text] of [
    ["lingerMS", 'did you mean "lingerMs"?'],
    ["maxSocket", 'did you mean "maxSockets"?'],
    ["constructor", "the options are lingerMs, maxSockets"],
    ["x", "the options are lingerMs, maxSockets"],
  ] as const
) {
  Deno.test(`checkOptionNames() refuses ${name}`, () => {
    assertThrows(
      () => check({ lingerMs: 1, [name]: 1 }),
      TypeError,
      `Cannot use option "${name}" of pool(): it is not known, ${text}`,
    );
  });
}

for (
  const [options, kind] of [
    [null, "missing"],
    ["x", "a string"],
    [[], "an array"],
  ]
) {
  Deno.test(`checkOptionNames() refuses ${kind} options`, () => {
    assertThrows(
      () => Reflect.apply(checkOptionNames, undefined, ["f()", options, NAMES]),
      TypeError,
      `Cannot use options of f(): it is ${kind}, it must be an object`,
    );
  });
}

class ConnectionPool {
  readonly registry = 1;
}

class Nothing {}

class PoolSettings {
  readonly lingerMs = 1;
}

class ComputedSettings {
  get maxSockets(): number {
    return 1;
  }
}

for (
  const [options, text] of [
    [
      new ConnectionPool(),
      "it is of the class ConnectionPool, it must be an object with options, such as { pool }",
    ],
    [new Nothing(), "it is of the class Nothing, it must be an object with"],
    [
      AbortSignal.abort(),
      "it is of the class AbortSignal, it must be an object with options, such as { signal }",
    ],
  ] as const
) {
  Deno.test(`checkOptionNames() refuses a ${options.constructor.name} in the place of options`, () => {
    assertThrows(
      () =>
        Reflect.apply(checkOptionNames, undefined, ["f()", options, {
          pool: true,
          signal: true,
        }]),
      TypeError,
      `Cannot use options of f(): ${text}`,
    );
  });
}

Deno.test("checkOptionNames() takes options of a class, of another realm, and without a prototype", () => {
  check(new PoolSettings());
  check(new ComputedSettings());
  check(runInNewContext("({})"));
  check(Object.create(null));
});
