/**
 * What the server knows of its sessions besides what they know themselves.
 *
 * @module
 */
import type { PtyRole, PtySession } from "../pty/mod.ts";
import { InputLedger } from "./attach/input_ledger.ts";

/** Viewers of a session that are remembered; the oldest one gone makes room. */
const MAX_VIEWERS = 1000;

/** The viewer whose terminal answers what a program asks it. */
export interface Answerer {
  /**
   * Another one answers from now on; answers the offset before which this one
   * goes on to.
   */
  yield(): number;
}

/** A session of the server. */
export class TerminalSession {
  /** The session itself. */
  readonly pty: PtySession;
  /** The name of its command. */
  readonly command: string;
  /** When it was started. */
  readonly createdAt: Date;
  /**
   * Offset up to which somebody in control has seen the output, whose terminal
   * has answered what it asks.
   */
  answeredTo = 0;
  /** Who answers: of those in control, the one who typed last. */
  answerer: Answerer | undefined;
  /** Apart, for those who look on must not push out who types. */
  readonly #ledgers: Readonly<Record<PtyRole, Map<string, InputLedger>>> = {
    control: new Map(),
    view: new Map(),
  };

  constructor(pty: PtySession, command: string, createdAt: Date) {
    this.pty = pty;
    this.command = command;
    this.createdAt = createdAt;
  }

  /** The input of a viewer, which it finds again when it comes back. */
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

/** The sessions that run, by id. */
export class TerminalSessions {
  readonly #sessions = new Map<string, TerminalSession>();

  /** How many run. */
  get size(): number {
    return this.#sessions.size;
  }

  /** All, in the order in which they were started. */
  get all(): readonly TerminalSession[] {
    return [...this.#sessions.values()];
  }

  /** The one with an id. */
  get(id: string): TerminalSession | undefined {
    return this.#sessions.get(id);
  }

  /** Knows a session until it ends. */
  add(pty: PtySession, command: string, createdAt: Date): TerminalSession {
    const session = new TerminalSession(pty, command, createdAt);
    this.#sessions.set(pty.id, session);
    pty.ended.then(() => this.#sessions.delete(pty.id));
    return session;
  }
}
