/**
 * Commands as one writes them in a shell.
 *
 * @module
 */

/** Returns a command line that a POSIX shell reads as these words. */
export function commandText(words: readonly string[]): string {
  return words.map((word) =>
    /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
  ).join(" ");
}
