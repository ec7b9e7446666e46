/**
 * What others ask of a supervisor of sessions.
 *
 * @module
 */
import type { AskOptions } from "../actor/mod.ts";
import type { PtyRefusal } from "./protocol.ts";
import { PtySession } from "./pty_session.ts";
import type { PtySpec, PtySupervisorRef } from "./supervisor.ts";

/**
 * Starts a session. Rejects with a `PtySpawnError`, of which subclasses say
 * more, with `PtySizeError`, or as an ask does when the supervisor is gone.
 */
export async function spawnPty(
  boss: PtySupervisorRef,
  spec: PtySpec,
  options?: AskOptions,
): Promise<PtySession> {
  const reply = await boss.ask<PtySession | PtyRefusal>(
    (replyTo) => ({ type: "spawn", spec, replyTo }),
    options,
  );
  if (reply instanceof PtySession) return reply;
  throw reply.error;
}

/** The sessions of a supervisor, in the order in which they were started. */
export function listPtys(
  boss: PtySupervisorRef,
  options?: AskOptions,
): Promise<readonly PtySession[]> {
  return boss.ask<readonly PtySession[]>(
    (replyTo) => ({ type: "list", replyTo }),
    options,
  );
}

/** The session with an id; `undefined` when there is none. */
export async function findPty(
  boss: PtySupervisorRef,
  id: string,
  options?: AskOptions,
): Promise<PtySession | undefined> {
  const sessions = await listPtys(boss, options);
  return sessions.find((session) => session.id === id);
}
