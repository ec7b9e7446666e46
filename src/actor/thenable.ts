/**
 * Promises of any realm, and whatever else can be awaited.
 *
 * @module
 */

/**
 * Returns whether a value can be awaited: a promise, also one of another realm
 * or of a library, or an object that starts its work when it is awaited.
 */
export function isThenable<T>(
  value: T | PromiseLike<T>,
): value is PromiseLike<T> {
  return (typeof value === "object" || typeof value === "function") &&
    value !== null && "then" in value && typeof value.then === "function";
}
