/**
 * The sessions of all threads: those of the main thread, and those that workers
 * have told it of.
 *
 * @module
 */
import type { ApiSessions } from "../http/api_call.ts";
import type { ListedSession, TerminalSessions } from "../sessions.ts";
import type { JoinedWorker, WorkerSession } from "./joined_worker.ts";
import { LOST_TEXT } from "./thread_sockets.ts";

/** Sessions that were lost of which it is remembered. */
const MAX_LOST = 1000;

/** The sessions of all threads. */
export class AllSessions implements ApiSessions {
  readonly #own: TerminalSessions;
  readonly #workers = new Map<string, WorkerSession>();
  /** Sessions whose workers have ended, in the order of that. */
  readonly #lost = new Set<string>();

  /** Starts with those of the main thread. */
  constructor(own: TerminalSessions) {
    this.#own = own;
  }

  /** All sessions, in the order in which they were started. */
  get all(): readonly ListedSession[] {
    if (this.#workers.size === 0) return this.#own.all;
    return [...this.#own.all, ...this.#workers.values()]
      .sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
  }

  /** Number of running sessions. */
  get size(): number {
    return this.all.filter(({ ended }) => ended === undefined).length;
  }

  /** Returns the session with an id. */
  get(id: string): ListedSession | undefined {
    return this.#own.get(id) ?? this.#workers.get(id);
  }

  /** Returns why a session is gone, if its worker has ended. */
  whyLost(id: string): string | undefined {
    return this.#lost.has(id) ? LOST_TEXT : undefined;
  }

  /** Adds a session of a worker. */
  add(session: WorkerSession, id: string): void {
    const { worker } = session;
    if (worker.isGone) return;
    worker.sessions.set(id, session);
    this.#workers.set(id, session);
  }

  /** Removes a session that is over. */
  end(worker: JoinedWorker, id: string): void {
    worker.sessions.delete(id);
    this.#workers.delete(id);
  }

  /** Removes the sessions of a worker that is gone. */
  lose(worker: JoinedWorker): void {
    for (const [id, session] of [...worker.sessions]) {
      session.hangUp();
      this.end(worker, id);
      this.#lost.add(id);
    }
    for (const id of this.#lost) {
      if (this.#lost.size <= MAX_LOST) return;
      this.#lost.delete(id);
    }
  }
}
