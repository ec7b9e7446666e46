/**
 * Tickets: each lets one browser in, once, and not for long.
 *
 * @module
 */
import type { Clock } from "../../actor/mod.ts";
import { findSecret, makeSecret, type SecretRecord } from "./secrets.ts";

/** What somebody may do. */
export interface Grant {
  /** Whether sessions may be controlled, or only looked at. */
  readonly role: "control" | "view";
  /** The one session that it is for; without it, for all, and for new ones. */
  readonly session: string | undefined;
}

interface Ticket extends SecretRecord {
  readonly grant: Grant;
  readonly expiresAt: number;
  readonly issuer: string | undefined;
}

/** Tickets that may wait to be used; the oldest of the same issuer makes room. */
const MAX_TICKETS = { owner: 1000, login: 64 };

/** The tickets that were given out and not used. */
export class Tickets {
  readonly #clock: Clock;
  readonly #lifeMs: number;
  /** In the order in which they expire. */
  readonly #tickets = new Map<string, Ticket>();

  /** None yet; each will be good for `lifeMs`. */
  constructor(clock: Clock, lifeMs: number) {
    this.#clock = clock;
    this.#lifeMs = lifeMs;
  }

  /** How many wait to be used. */
  get size(): number {
    return this.#tickets.size;
  }

  /** Makes a ticket, for a login or for the owner of the server. */
  issue(grant: Grant, issuer?: string): string {
    this.#forget(issuer);
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

  /** Takes a ticket, which is void then; nothing for one that is not good. */
  redeem(text: string): Grant | undefined {
    const ticket = findSecret(this.#tickets, text);
    if (ticket === undefined) return undefined;
    this.#tickets.delete(ticket.id);
    return this.#clock.now() < ticket.expiresAt ? ticket.grant : undefined;
  }

  /** Those that are void, and the oldest of an issuer that has too many. */
  #forget(issuer: string | undefined): void {
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
