/**
 * Looks at the terminals of a server, for whoever watches it.
 *
 * @module
 */
import { ActorStoppedError } from "../actor/mod.ts";
import type { PtyExit, PtySnapshot } from "../pty/mod.ts";
import { Problem } from "./http/problem.ts";
import type { ListedSession } from "./sessions.ts";

/** A terminal, at one moment. */
export interface TerminalSnapshot {
  /** The id of its session, as the API has it. */
  readonly id: string;
  /** Name of the command that it runs, without arguments. */
  readonly command: string;
  /** Milliseconds since it was started. */
  readonly ageMs: number;
  /** Its size, in cells. */
  readonly size: { readonly columns: number; readonly rows: number };
  /** Number of viewers that may type. */
  readonly controllers: number;
  /** Number of viewers that may only watch. */
  readonly viewers: number;
  /** Bytes of output so far. */
  readonly outputBytes: number;
  /** Bytes of input that the program has not taken. */
  readonly waitingBytes: number;
  /** Whether its output is paused because no viewer keeps up. */
  readonly isPaused: boolean;
  /** How its program has ended, such as `code 0`; `undefined` while it runs. */
  readonly ended: string | undefined;
}

/** The most terminals that are looked at; of more, the first ones. */
const MAX_TERMINALS = 1000;

/** Returns terminals as they are now, without those that have gone meanwhile. */
export async function inspectTerminals(
  sessions: readonly ListedSession[],
): Promise<readonly TerminalSnapshot[]> {
  const snapshots = await Promise.all(
    sessions.slice(0, MAX_TERMINALS).map(async (session) => {
      try {
        return snapshotOf(session, await session.pty.inspect());
      } catch (error) {
        const isGone = error instanceof ActorStoppedError ||
          error instanceof Problem;
        if (!isGone) throw error;
        return undefined;
      }
    }),
  );
  return snapshots.filter((snapshot) => snapshot !== undefined);
}

function snapshotOf(
  { pty, command }: ListedSession,
  now: PtySnapshot,
): TerminalSnapshot {
  return {
    id: pty.id,
    command,
    ageMs: now.ageMs,
    size: { columns: now.size.columns, rows: now.size.rows },
    controllers: now.controllers,
    viewers: now.viewers,
    outputBytes: now.end,
    waitingBytes: now.waitingBytes,
    isPaused: now.paused,
    ended: now.exit && endText(now.exit),
  };
}

function endText({ code, signal, error }: PtyExit): string {
  if (error !== undefined) return "not started";
  return signal ?? `code ${code}`;
}
