/**
 * Text from anywhere, as it may be shown.
 *
 * @module
 */

/** What programs colour their output with. */
// deno-lint-ignore no-control-regex
const ESCAPE_SEQUENCES = /\u001b\[[0-?]*[ -/]*[@-~]/g;
/** Control characters, which could do anything to a terminal. */
// deno-lint-ignore no-control-regex
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g;

/** A text from anywhere, safe to print; lines stay lines. */
export function printable(text: string): string {
  return text.replaceAll("\r\n", "\n").replace(ESCAPE_SEQUENCES, "").replace(
    CONTROL,
    (character) => character === "\t" ? " " : "\ufffd",
  );
}
