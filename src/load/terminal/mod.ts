/**
 * The load driver for programs on pseudo-terminals. It stands apart from
 * `@troupe/troupe/load` because it needs a native add-on, which nobody else
 * has to download.
 *
 * @module
 */
export { terminalDriver, type TerminalRequest } from "../drivers/terminal.ts";
