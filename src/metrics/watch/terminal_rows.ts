/**
 * The rows of terminals.
 *
 * @module
 */
import { rounded } from "./actor_rows.ts";
import type { TerminalsSummary, WatchedTerminals } from "./protocol.ts";
import type { WatchQuery } from "./query.ts";
import { selectRows, type SortKey } from "./select.ts";
import type { TerminalInfo } from "./sources.ts";

const KEYS: Readonly<Record<string, (terminal: TerminalInfo) => SortKey>> = {
  id: ({ id }) => id,
  command: ({ command }) => command,
  age: ({ ageMs }) => ageMs,
  viewers: ({ viewers, controllers }) => viewers + controllers,
  output: ({ outputBytes }) => outputBytes,
  waiting: ({ waitingBytes }) => waitingBytes,
};

/** Returns the terminals that a view asks for. */
export function terminalRows(
  terminals: readonly TerminalInfo[],
  query: WatchQuery,
): WatchedTerminals {
  const { filter, sort } = query;
  const rows = selectRows(terminals, query, {
    matches: ({ id, command }) =>
      filter === "" || id.toLowerCase().includes(filter) ||
      command.toLowerCase().includes(filter),
    keyOf: KEYS[sort] ?? (() => 0),
    rowOf: ({ id, command, ageMs, size, ended, ...numbers }) => ({
      id,
      command,
      // One that is idle is the same from one second to the next.
      ageMs: rounded(ageMs / 1000) as number * 1000,
      columns: size.columns,
      rows: size.rows,
      controllers: numbers.controllers,
      viewers: numbers.viewers,
      outputBytes: numbers.outputBytes,
      waitingBytes: numbers.waitingBytes,
      isPaused: numbers.isPaused,
      ended: ended ?? null,
    }),
  });
  return { type: "terminals", ...rows };
}

/** Returns the sums over all terminals. */
export function terminalsSummary(
  terminals: readonly TerminalInfo[],
): TerminalsSummary {
  let viewers = 0;
  let paused = 0;
  for (const terminal of terminals) {
    viewers += terminal.viewers + terminal.controllers;
    if (terminal.isPaused) paused++;
  }
  return { terminals: terminals.length, viewers, paused };
}
