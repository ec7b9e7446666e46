/**
 * What the main thread asks of a session of this worker.
 *
 * @module
 */
import type { PtySnapshot } from "../../pty/mod.ts";
import { Problem } from "../http/problem.ts";
import type { TerminalSessions } from "../sessions.ts";
import type { SessionCall } from "./calls.ts";

/**
 * Carries out what is asked of a session.
 *
 * @throws {Problem} if the session has ended.
 */
export async function callSession(
  sessions: TerminalSessions,
  { session: id, action }: SessionCall,
): Promise<PtySnapshot | undefined> {
  const session = sessions.get(id);
  if (session === undefined) {
    throw new Problem("not_found", "The session has ended");
  }
  const { pty } = session;
  switch (action.type) {
    case "inspect": {
      const { exit, ...snapshot } = await pty.inspect();
      // An error does not cross as what it is, and nobody reads it there.
      return { ...snapshot, exit: exit && { ...exit, error: undefined } };
    }
    case "resize":
      await pty.resize(action.size);
      return undefined;
    case "signal":
      await pty.signal(action.signal);
      return undefined;
    case "close":
      await pty.close();
      return undefined;
    default:
      return action satisfies never;
  }
}
