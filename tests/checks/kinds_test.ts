import { assertEquals, assertThrows } from "@std/assert";
import {
  checkAddress,
  checkArray,
  checkBytes,
  checkFunction,
  checkMethods,
  checkObject,
  checkString,
} from "../../src/checks/internal.ts";

const checks: [
  (name: string, value: unknown) => void,
  accepted: unknown[],
  refused: [unknown, string][],
][] = [
  [checkFunction, [() => {}, class {}], [
    [undefined, "it is missing, it must be a function"],
    [{}, "it is an object, it must be a function"],
    ["secret", "it is a string, it must be a function"],
  ]],
  [checkString, ["", "a"], [
    [undefined, "it is missing, it must be a string"],
    [5, "it is 5, it must be a string"],
    [["a"], "it is an array, it must be a string"],
  ]],
  [checkBytes, [new Uint8Array(), new Uint8Array(2).subarray(1)], [
    [undefined, "it is missing, it must be a Uint8Array"],
    ["secret", "it is a string, it must be a Uint8Array"],
    [new ArrayBuffer(1), "it is an object, it must be a Uint8Array"],
  ]],
  [(name, value) => checkObject(name, value, "{ cert, key }"), [{}, []], [
    [undefined, "it is missing, it must be { cert, key }"],
    [null, "it is missing, it must be { cert, key }"],
    ["secret", "it is a string, it must be { cert, key }"],
  ]],
  [(name, value) => checkMethods(name, value, ["now", "at"], "a Clock"), [
    { now() {}, at() {} },
  ], [
    [undefined, "it is missing, it must be a Clock"],
    [5, "it is a number, it must be a Clock"],
    [{ now() {} }, "it is an object without at(), it must be a Clock"],
    [{ now() {}, at: 1 }, "it is an object without at(), it must be a Clock"],
  ]],
  [(name, value) => checkArray(name, value, "an array of texts"), [[], [1]], [
    [undefined, "it is missing, it must be an array of texts"],
    [{ length: 0 }, "it is an object, it must be an array of texts"],
  ]],
];

for (const [check, accepted, refused] of checks) {
  const what = refused[0]?.[1].split("must be ")[1];
  Deno.test(`a check takes ${what} alone, and shows no secret`, () => {
    for (const value of accepted) check("it", value);
    for (const [value, text] of refused) {
      const error = assertThrows(() => check("this", value), TypeError);
      assertEquals(error.message, `Cannot use this: ${text}`);
    }
  });
}

Deno.test("checkAddress() takes a port, with a hostname or without", () => {
  checkAddress({ port: 1 }, 1);
  checkAddress({ port: 65_535, hostname: "::1" }, 1);
  checkAddress({ port: 0 }, 0);
});

for (
  const [address, ErrorClass, text] of [
    [
      { port: 0 },
      RangeError,
      "port: it is 0, it must be a whole number from 1",
    ],
    [{ port: 65_536 }, RangeError, "port: it is 65536"],
    [{ port: 1.5 }, RangeError, "port: it is 1.5"],
    [{ port: NaN }, RangeError, "port: it is NaN"],
    [{ port: "80" }, TypeError, 'port: it is "80", it must be a number'],
    [{}, TypeError, "port: it is missing, it must be a number"],
    [{ port: 80, hostname: 5 }, TypeError, "hostname: it is 5, it must be a"],
  ] as const
) {
  Deno.test(`checkAddress() refuses ${Deno.inspect(address)}`, () => {
    assertThrows(
      () => checkAddress(address, 1),
      ErrorClass,
      `Cannot use ${text}`,
    );
  });
}
