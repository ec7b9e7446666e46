/**
 * The name that was probably meant.
 *
 * @module
 */
import { closestString } from "@std/text/closest-string";
import { levenshteinDistance } from "@std/text/levenshtein-distance";

/** Letters in which two names may differ; two that are swapped count twice. */
const MAX_DISTANCE = 2;
/** Letters that make a beginning of a name. */
const MIN_BEGINNING = 3;

/**
 * Returns the name that is most similar to a wrong one, if it is similar: one
 * that begins with it, as `"hostname"` with `"host"`, or of which few letters
 * differ. One of which every letter differs never is, so that `"ws"` is not taken
 * for `"sse"`. Nor is one with another number, as `"p90"` for `"p97"`: whoever
 * writes a number means that one.
 */
export function closestName(
  wrong: string,
  names: readonly string[],
): string | undefined {
  if (names.length === 0) return undefined;
  const begun = names.filter((name) =>
    wrong.length >= MIN_BEGINNING && name.startsWith(wrong)
  );
  if (begun.length === 1) return begun[0];
  const closest = closestString(wrong, names);
  const distance = levenshteinDistance(
    wrong.toLowerCase(),
    closest.toLowerCase(),
  );
  if (isOtherNumber(wrong, closest)) return undefined;
  const most = Math.max(MAX_DISTANCE, closest.length / 3);
  const fewest = Math.min(wrong.length, closest.length);
  return distance <= most && distance < fewest ? closest : undefined;
}

/** Returns whether two names differ in a number alone, and not by a swap. */
function isOtherNumber(a: string, b: string): boolean {
  const digits = (name: string) => name.replaceAll(/\D/g, "");
  const letters = (name: string) => name.replaceAll(/\d/g, "").toLowerCase();
  const sorted = (name: string) => [...digits(name)].sort().join("");
  return digits(a) !== "" && digits(b) !== "" && letters(a) === letters(b) &&
    sorted(a) !== sorted(b);
}
