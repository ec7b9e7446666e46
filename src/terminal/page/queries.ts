/**
 * Queries of programs, which the terminal answers by itself, unless they were
 * answered before.
 *
 * @module
 */
import type { IFunctionIdentifier, Terminal } from "@xterm/xterm";

const QUERIES: readonly IFunctionIdentifier[] = [
  { final: "c" },
  { prefix: ">", final: "c" },
  { prefix: "=", final: "c" },
  { final: "n" },
  { prefix: "?", final: "n" },
  { intermediates: "$", final: "p" },
  { prefix: "?", intermediates: "$", final: "p" },
  { prefix: ">", final: "q" },
];
/** Sequences for colours, which are queries if the value is `?`. */
const COLOUR_QUERIES = [4, 10, 11, 12];
/** Sequence that writes text to the clipboard, or queries it. */
const CLIPBOARD = 52;

/**
 * Ignores queries and writes to the clipboard while `isQuiet` returns true, since
 * replayed output would write old text there again. Queries of the clipboard are
 * always ignored.
 */
export function ignoreQueries(
  terminal: Terminal,
  isQuiet: () => boolean,
): void {
  for (const query of QUERIES) {
    terminal.parser.registerCsiHandler(query, isQuiet);
  }
  for (const query of COLOUR_QUERIES) {
    terminal.parser.registerOscHandler(
      query,
      (data) => data.includes("?") && isQuiet(),
    );
  }
  terminal.parser.registerOscHandler(
    CLIPBOARD,
    (data) => data.endsWith(";?") || isQuiet(),
  );
  terminal.parser.registerDcsHandler(
    { intermediates: "$", final: "q" },
    isQuiet,
  );
}
