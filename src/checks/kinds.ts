/**
 * Checks of the type of an option, for programs without types. None accepts
 * `undefined`: an option that may be left out is checked when it is given.
 *
 * @module
 */
import { kindOf, shown } from "./shown.ts";

/**
 * Checks that an option is a function.
 *
 * @throws {TypeError} if the value is anything else
 */
export function checkFunction(name: string, value: unknown): void {
  if (typeof value !== "function") {
    throw wrong(name, kindOf(value), "a function");
  }
}

/**
 * Checks that an option is a string. The error shows the value, so it is not
 * for secrets.
 *
 * @throws {TypeError} if the value is anything else
 */
export function checkString(
  name: string,
  value: unknown,
): asserts value is string {
  if (typeof value !== "string") throw wrong(name, shown(value), "a string");
}

/**
 * Checks that an option is `true` or `false`.
 *
 * @throws {TypeError} if the value is anything else
 */
export function checkBoolean(
  name: string,
  value: unknown,
): asserts value is boolean {
  if (typeof value !== "boolean") {
    throw wrong(name, shown(value), "true or false");
  }
}

/**
 * Checks that an option is an `AbortSignal`, and not its controller.
 *
 * @throws {TypeError} if the value is anything else
 */
export function checkSignal(
  name: string,
  value: unknown,
): asserts value is AbortSignal {
  if (value instanceof AbortSignal) return;
  const what = value instanceof AbortController
    ? "an AbortController"
    : kindOf(value);
  throw wrong(name, what, "an AbortSignal");
}

/**
 * Checks that an option is a `Uint8Array`.
 *
 * @throws {TypeError} if the value is anything else
 */
export function checkBytes(
  name: string,
  value: unknown,
): asserts value is Uint8Array {
  if (!(value instanceof Uint8Array)) {
    throw wrong(name, kindOf(value), "a Uint8Array");
  }
}

/**
 * Checks that an option is an object.
 *
 * @param example What the object should look like, such as `"{ cert, key }"`.
 * @throws {TypeError} if the value is anything else
 */
export function checkObject(
  name: string,
  value: unknown,
  example: string,
): asserts value is object {
  if (typeof value !== "object" || value === null) {
    throw wrong(name, kindOf(value), example);
  }
}

/**
 * Checks that an option is an array.
 *
 * @param example What the array should hold, such as `"an array of PEM texts"`.
 * @throws {TypeError} if the value is anything else
 */
export function checkArray(
  name: string,
  value: unknown,
  example: string,
): asserts value is readonly unknown[] {
  if (!Array.isArray(value)) throw wrong(name, kindOf(value), example);
}

/**
 * Checks that an option is an object with methods, of whatever class: one of
 * another copy of the package or of another realm is as good.
 *
 * @param needed What it should be, such as `"a clock"`.
 * @throws {TypeError} if the value is anything else
 */
export function checkMethods(
  name: string,
  value: unknown,
  methods: readonly string[],
  needed: string,
): void {
  if (typeof value !== "object" || value === null) {
    throw wrong(name, kindOf(value), needed);
  }
  const missing = methods.find((method) =>
    typeof Reflect.get(value, method) !== "function"
  );
  if (missing !== undefined) {
    throw wrong(name, `an object without ${missing}()`, needed);
  }
}

function wrong(name: string, what: string, needed: string): TypeError {
  return new TypeError(
    `Cannot use ${name}: it is ${what}, it must be ${needed}`,
  );
}
