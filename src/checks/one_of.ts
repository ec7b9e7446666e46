/**
 * Options that take one of a few strings.
 *
 * @module
 */
import { closestName } from "./closest_name.ts";
import { shown } from "./shown.ts";

/**
 * Checks that an option is one of a few strings. The error lists them, and
 * names the one that was probably meant: `"top-level"`, `"topLevel"` and
 * `"top_levle"` for `"top_level"`.
 *
 * @throws {TypeError} if the value is anything else
 *
 * @example
 * ```ts ignore
 * checkOneOf("priority", priority, ["high", "normal", "low"]);
 * // TypeError: Cannot use priority: it is "hi", it must be "high", "normal" or "low"
 * ```
 */
export function checkOneOf<T extends string>(
  name: string,
  value: unknown,
  allowed: readonly T[],
): asserts value is T {
  if (allowed.some((one) => one === value)) return;
  throw new TypeError(
    `Cannot use ${name}: it is ${shown(value)}, ${adviseOneOf(value, allowed)}`,
  );
}

/** Returns what to write instead of a string that is not allowed. */
function adviseOneOf(
  value: unknown,
  allowed: readonly string[],
): string {
  const meant = typeof value === "string"
    ? allowed.find((one) => lettersOf(one) === lettersOf(value)) ??
      closestName(value, allowed)
    : undefined;
  const choice = `it must be ${listOf(allowed)}`;
  return meant === undefined
    ? choice
    : `did you mean ${JSON.stringify(meant)}? (${choice})`;
}

/** The string without case and without what separates its words. */
function lettersOf(text: string): string {
  return text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, "");
}

function listOf(strings: readonly string[]): string {
  const quoted = strings.map((string) => JSON.stringify(string));
  const last = quoted.pop() ?? "nothing";
  return quoted.length === 0 ? last : `${quoted.join(", ")} or ${last}`;
}
