/**
 * The sessions of a server, with what only the server knows about them.
 *
 * @module
 */
import type { PtyExit, PtyRole, PtySession } from "../pty/mod.ts";
import { InputLedger } from "./attach/input_ledger.ts";

/** Viewers of a session that are remembered; the oldest absent one is dropped. */
const MAX_VIEWERS = 1000;

/** The viewer whose terminal answers the queries of the program. */
export interface ReplyOwner {
  /**
   * Called when another viewer answers from now on; returns the offset up to
   * which this one still does.
   */
  handOver(): number;
}

/** A session as the API sees it, whichever thread it lives in. */
export interface ListedSession {
  /** What the API asks of the session. */
  readonly pty: Pick<
    PtySession,
    "id" | "inspect" | "resize" | "signal" | "close"
  >;
  /** Name of the command that it runs. */
  readonly command: string;
  /** Time at which it was started. */
  readonly createdAt: Date;
  /** When its program has ended; `undefined` while it runs. */
  readonly ended: { readonly at: Date } | undefined;
  /** Milliseconds that its program keeps running without a viewer. */
  readonly graceMs: number;
}

/** One session of this thread. */
export class TerminalSession implements ListedSession {
  /** Handle of the session. */
  readonly pty: PtySession;
  /** Name of the command that it runs. */
  readonly command: string;
  /** Time at which it was started. */
  readonly createdAt: Date;
  /** Milliseconds that its program keeps running without a viewer. */
  readonly graceMs: number;
  /**
   * Offset up to which a controlling viewer has parsed the output, and so
   * answered the queries in it.
   */
  answeredTo = 0;
  /** How the program has ended, and when; `undefined` while it runs. */
  ended: { readonly exit: PtyExit; readonly at: Date } | undefined;
  /** The viewer who answers: of those in control, the one who typed last. */
  replyOwner: ReplyOwner | undefined;
  /** By role, so that read-only viewers cannot displace those who type. */
  readonly #ledgers: Readonly<Record<PtyRole, Map<string, InputLedger>>> = {
    control: new Map(),
    view: new Map(),
  };

  constructor(
    pty: PtySession,
    command: string,
    createdAt: Date,
    graceMs: number = Infinity,
  ) {
    this.pty = pty;
    this.command = command;
    this.createdAt = createdAt;
    this.graceMs = graceMs;
  }

  /** Returns the input of a viewer, the same one when it attaches again. */
  ledgerOf(viewer: string, role: PtyRole): InputLedger {
    const ledgers = this.#ledgers[role];
    const ledger = ledgers.get(viewer) ?? new InputLedger();
    ledgers.delete(viewer);
    for (const [other, { active }] of ledgers) {
      if (ledgers.size < MAX_VIEWERS) break;
      if (!active) ledgers.delete(other);
    }
    ledgers.set(viewer, ledger);
    return ledger;
  }
}

/** The sessions of a thread, by id: running ones, and ended ones that stay. */
export class TerminalSessions {
  readonly #sessions = new Map<string, TerminalSession>();

  /** Number of running sessions. */
  get size(): number {
    return this.all.filter(({ ended }) => ended === undefined).length;
  }

  /** All sessions, in the order in which they were started. */
  get all(): readonly TerminalSession[] {
    return [...this.#sessions.values()];
  }

  /** Returns the session with an id. */
  get(id: string): TerminalSession | undefined {
    return this.#sessions.get(id);
  }

  /** Adds a session, until it is over. */
  add(
    pty: PtySession,
    command: string,
    createdAt: Date,
    graceMs: number,
  ): TerminalSession {
    const session = new TerminalSession(pty, command, createdAt, graceMs);
    this.#sessions.set(pty.id, session);
    pty.exited.then((exit) => session.ended = { exit, at: new Date() });
    pty.ended.then(() => this.#sessions.delete(pty.id));
    return session;
  }
}
