/**
 * The requests that users make to a supervisor of sessions.
 *
 * @module
 */
import type { AskOptions } from "../actor/mod.ts";
import { checkSpec } from "./arguments.ts";
import type { PtyRefusal } from "./protocol.ts";
import { PtySession } from "./pty_session.ts";
import type { PtySpec, PtySupervisorRef } from "./supervisor_actor.ts";

/**
 * Starts a session under a supervisor.
 *
 * @throws {TypeError} if a part of the specification is not known or of the wrong
 * type.
 * @throws {PtySpawnError} if it cannot be started; subclasses name the cause.
 * @throws {PtySizeError} if no terminal can have the size.
 * @throws {ActorStoppedError} if the supervisor has stopped.
 * @throws {AskTimeoutError} if it does not reply in time.
 */
export async function spawnPty(
  supervisor: PtySupervisorRef,
  spec: PtySpec,
  options?: AskOptions,
): Promise<PtySession> {
  checkSpec(spec);
  const reply = await supervisor.ask<PtySession | PtyRefusal>(
    (replyTo) => ({ type: "spawn", spec, replyTo }),
    options,
  );
  if (reply instanceof PtySession) return reply;
  throw reply.error;
}

/**
 * Returns the sessions of a supervisor, in the order in which they were
 * started.
 *
 * @throws {ActorStoppedError} if the supervisor has stopped.
 * @throws {AskTimeoutError} if it does not reply in time.
 */
export function listPtys(
  supervisor: PtySupervisorRef,
  options?: AskOptions,
): Promise<readonly PtySession[]> {
  return supervisor.ask<readonly PtySession[]>(
    (replyTo) => ({ type: "list", replyTo }),
    options,
  );
}

/**
 * Returns the session with an id; `undefined` if there is none.
 *
 * @throws {ActorStoppedError} if the supervisor has stopped.
 * @throws {AskTimeoutError} if it does not reply in time.
 */
export async function findPty(
  supervisor: PtySupervisorRef,
  id: string,
  options?: AskOptions,
): Promise<PtySession | undefined> {
  const sessions = await listPtys(supervisor, options);
  return sessions.find((session) => session.id === id);
}
