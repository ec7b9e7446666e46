/**
 * The sessions of a pool, for whoever looks at them.
 *
 * @module
 */
import { inspectSession } from "./inspect_session.ts";
import type { Session } from "./session.ts";
import type { SessionSnapshot } from "./session_snapshot.ts";

/** Sessions whose actors have not stopped. */
export class LiveSessions {
  readonly #sessions = new Set<Session>();

  /** Adds a session, and returns it. */
  add(session: Session): Session {
    this.#sessions.add(session);
    return session;
  }

  /** Removes a session, if it is there. */
  delete(session: Session | undefined): void {
    if (session !== undefined) this.#sessions.delete(session);
  }

  /** Returns them as they are now, one after the other. */
  *inspect(): Generator<SessionSnapshot> {
    for (const session of this.#sessions) yield inspectSession(session);
  }
}
