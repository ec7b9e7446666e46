/**
 * Tickets: each gives one browser access, once and within a short time.
 *
 * @module
 */
import type { Clock } from "../../actor/mod.ts";
import { findSecret, makeSecret, type SecretRecord } from "./secrets.ts";

/** What a ticket allows its holder to do. */
export interface Grant {
  /** Whether sessions may be controlled (`control`) or only watched (`view`). */
  readonly role: "control" | "view";
  /** Id of the only session it is for; `undefined` for all, and new ones. */
  readonly session: string | undefined;
}

interface Ticket extends SecretRecord {
  readonly grant: Grant;
  readonly expiresAt: number;
  readonly issuer: string | undefined;
}

/** Most unused tickets of an issuer; a further one displaces its oldest. */
const MAX_TICKETS = { owner: 1000, login: 64 };

/** The unused tickets of a server. */
export class Tickets {
  readonly #clock: Clock;
  readonly #lifeMs: number;
  /** In the order in which they expire. */
  readonly #tickets = new Map<string, Ticket>();

  /** Starts without tickets; each will be valid for `lifeMs`. */
  constructor(clock: Clock, lifeMs: number) {
    this.#clock = clock;
    this.#lifeMs = lifeMs;
  }

  /** Number of unused tickets. */
  get size(): number {
    return this.#tickets.size;
  }

  /** Makes a ticket for a login, or for the owner of the server. */
  issue(grant: Grant, issuer?: string): string {
    this.#makeRoom(issuer);
    const { text, record } = makeSecret();
    const expiresAt = this.#clock.now() + this.#lifeMs;
    this.#tickets.set(record.id, {
      ...record,
      grant,
      expiresAt,
      issuer,
    });
    return text;
  }

  /** Uses a ticket up; returns `undefined` if it is not valid. */
  redeem(text: string): Grant | undefined {
    const ticket = findSecret(this.#tickets, text);
    if (ticket === undefined) return undefined;
    this.#tickets.delete(ticket.id);
    return this.#clock.now() < ticket.expiresAt ? ticket.grant : undefined;
  }

  /** Removes expired tickets, and the oldest of an issuer that has too many. */
  #makeRoom(issuer: string | undefined): void {
    const now = this.#clock.now();
    const waiting: Ticket[] = [];
    for (const ticket of this.#tickets.values()) {
      if (now >= ticket.expiresAt) this.#tickets.delete(ticket.id);
      else if (ticket.issuer === issuer) waiting.push(ticket);
    }
    const most = MAX_TICKETS[issuer === undefined ? "owner" : "login"];
    const [oldest] = waiting;
    if (oldest !== undefined && waiting.length >= most) {
      this.#tickets.delete(oldest.id);
    }
  }
}
