/**
 * What other viewers call the one who looks at this page.
 *
 * @module
 */

const NAMES: readonly (readonly [RegExp, string])[] = [
  [/iPad|Tablet/, "a tablet"],
  [/Mobi|iPhone|Android/, "a phone"],
  [/Windows/, "a computer (Windows)"],
  [/Macintosh/, "a computer (Mac)"],
  [/Linux|X11/, "a computer (Linux)"],
];

/** Returns a name by what the browser says of itself. */
export function viewerName(userAgent: string): string {
  return NAMES.find(([pattern]) => pattern.test(userAgent))?.[1] ??
    "another viewer";
}
