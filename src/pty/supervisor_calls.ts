/**
 * The requests that users make to a supervisor of sessions.
 *
 * @module
 */
import { checkString } from "../checks/internal.ts";
import { checkRef } from "../actor/internal.ts";
import type { AskOptions } from "../actor/mod.ts";
import { checkSpec } from "./arguments.ts";
import type { PtyRefusal } from "./protocol.ts";
import { PtySession } from "./pty_session.ts";
import type { PtySpec, PtySupervisorRef } from "./supervisor_actor.ts";

/**
 * Starts a session under a supervisor.
 *
 * @throws {TypeError} if the supervisor is not a reference to an actor, or a part
 * of the specification is not known or of the wrong type.
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
  checkSupervisor(supervisor);
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
 * @throws {TypeError} if the supervisor is not a reference to an actor.
 * @throws {ActorStoppedError} if the supervisor has stopped.
 * @throws {AskTimeoutError} if it does not reply in time.
 */
export async function listPtys(
  supervisor: PtySupervisorRef,
  options?: AskOptions,
): Promise<readonly PtySession[]> {
  checkSupervisor(supervisor);
  return await supervisor.ask<readonly PtySession[]>(
    (replyTo) => ({ type: "list", replyTo }),
    options,
  );
}

/**
 * Returns the session with an id; `undefined` if there is none.
 *
 * @throws {TypeError} if the supervisor is not a reference to an actor, or the id
 * not a string.
 * @throws {ActorStoppedError} if the supervisor has stopped.
 * @throws {AskTimeoutError} if it does not reply in time.
 */
export async function findPty(
  supervisor: PtySupervisorRef,
  id: string,
  options?: AskOptions,
): Promise<PtySession | undefined> {
  checkSupervisor(supervisor);
  checkString("id", id);
  const sessions = await listPtys(supervisor, options);
  return sessions.find((session) => session.id === id);
}

/** Checks that it is a reference; of which actor, no reference says. */
function checkSupervisor(supervisor: unknown): void {
  checkRef("supervisor", supervisor);
}
