/**
 * One worker that has joined the terminal, as the main thread sees it: its
 * sessions, and what its sockets were admitted to.
 *
 * @module
 */
import { AskTimeoutError } from "../../actor/mod.ts";
import { hangUp, type OpenTerminal } from "../../pty/internal.ts";
import type { PtySession, PtySnapshot } from "../../pty/mod.ts";
import type { Channel } from "../../cores/internal.ts";
import type { Login } from "../access/logins.ts";
import type { Pass } from "../access/pass.ts";
import { Problem } from "../http/problem.ts";
import type { TerminalCounters } from "../metrics.ts";
import type { ListedSession } from "../sessions.ts";
import {
  CALL_SESSION,
  PASS_ENDED,
  type SessionCall,
  type StartedSession,
  type ThreadId,
} from "./calls.ts";
import { type Outcome, valueOf } from "./outcome.ts";

/** Milliseconds until a list does without a worker that does not respond. */
const INSPECT_MS = 1000;

/** A session of a worker. */
export class WorkerSession implements ListedSession {
  readonly worker: JoinedWorker;
  readonly command: string;
  readonly createdAt: Date;
  readonly graceMs: number;
  readonly pty: ListedSession["pty"];
  ended: { readonly at: Date } | undefined;
  readonly #terminal: OpenTerminal | undefined;
  /** What the worker has said of it last. */
  #snapshot: PtySnapshot | undefined;

  constructor(worker: JoinedWorker, started: StartedSession) {
    const { id, command, createdAt, graceMs } = started;
    this.worker = worker;
    this.command = command;
    this.createdAt = createdAt;
    this.graceMs = graceMs;
    this.#terminal = started.terminal;
    this.#snapshot = started.snapshot;
    const ask = (
      action: SessionCall["action"],
    ): Promise<PtySnapshot | undefined> => worker.call({ session: id, action });
    this.pty = {
      id,
      inspect: () => this.#inspect(id),
      resize: async (size) => void await ask({ type: "resize", size }),
      signal: async (signal) => void await ask({ type: "signal", signal }),
      close: async () => void await ask({ type: "close" }),
    } satisfies Pick<PtySession, keyof ListedSession["pty"]>;
  }

  /** Resolves to what it was last, if its worker does not respond in time. */
  async #inspect(id: string): Promise<PtySnapshot> {
    try {
      this.#snapshot = await this.worker.call(
        { session: id, action: { type: "inspect" } },
        INSPECT_MS,
      );
    } catch (error) {
      if (!(error instanceof AskTimeoutError)) throw error;
    }
    if (this.#snapshot !== undefined) return this.#snapshot;
    throw new Problem("not_found", "The session has ended");
  }

  /** Hangs up its programs, as the worker has left them behind. */
  hangUp(): void {
    if (this.#terminal === undefined || this.ended !== undefined) return;
    try {
      hangUp(this.#terminal);
    } catch (error) {
      console.error("The programs of a lost session run on:", error);
    }
  }
}

/** One life of one worker. */
export class JoinedWorker {
  readonly id: ThreadId;
  readonly channel: Channel;
  readonly counters: TerminalCounters;
  readonly sessions: Map<string, WorkerSession> = new Map();
  /** Sessions that are being started. */
  starting = 0;
  isGone = false;
  readonly #passes = new Map<string, () => void>();

  constructor(id: ThreadId, channel: Channel, counters: TerminalCounters) {
    this.id = id;
    this.channel = channel;
    this.counters = counters;
  }

  /** Sessions that run in it, or will. */
  get load(): number {
    const all = [...this.sessions.values()];
    return this.starting +
      all.filter(({ ended }) => ended === undefined).length;
  }

  /** Asks a session of the worker; programs may take any time to end. */
  async call(
    call: SessionCall,
    timeoutMs: number = Infinity,
  ): Promise<PtySnapshot | undefined> {
    const outcome: Outcome<PtySnapshot | undefined> = await this.channel.ask(
      CALL_SESSION,
      call,
      { timeoutMs },
    );
    return valueOf(outcome);
  }

  /** Keeps a pass until its socket is closed, and tells the worker its end. */
  hold(id: string, pass: Pass, login: Login, now: () => number): void {
    const onEnd = (): void => {
      const why = String(pass.ended.reason);
      this.channel.tell(PASS_ENDED, { pass: id, why });
    };
    this.#passes.set(id, () => {
      pass.ended.removeEventListener("abort", onEnd);
      login.remove(pass);
      login.usedAt = now();
    });
    pass.ended.addEventListener("abort", onEnd, { once: true });
    if (pass.ended.aborted) onEnd();
  }

  /** Forgets a pass whose socket is closed. */
  release(id: string): void {
    this.#passes.get(id)?.();
    this.#passes.delete(id);
  }

  /** Forgets all passes: the worker is gone. */
  releaseAll(): void {
    for (const id of [...this.#passes.keys()]) this.release(id);
  }
}
