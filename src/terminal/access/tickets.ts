/**
 * Tickets: each gives one browser access, once and within a short time.
 *
 * @module
 */
import type { Clock } from "../../actor/mod.ts";
import type { GrantRecord, Revocation } from "./grant_rules.ts";
import { findSecret, makeSecret, type SecretRecord } from "./secrets.ts";

interface Ticket extends SecretRecord {
  readonly grant: GrantRecord;
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
  issue(grant: GrantRecord, issuer?: string): string {
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

  /** Returns what a ticket allows, without using it; see `redeem`. */
  find(text: string): GrantRecord | undefined {
    const ticket = findSecret(this.#tickets, text);
    const isValid = ticket !== undefined &&
      this.#clock.now() < ticket.expiresAt;
    return isValid ? ticket.grant : undefined;
  }

  /** Uses a ticket up; returns `undefined` if it is not valid. */
  redeem(text: string): GrantRecord | undefined {
    const grant = this.find(text);
    const ticket = findSecret(this.#tickets, text);
    if (ticket !== undefined) this.#tickets.delete(ticket.id);
    return grant;
  }

  /** Returns the changes that revoke access, one for each ticket. */
  plan(revocation: Revocation): readonly (() => void)[] {
    return [...this.#tickets.values()].flatMap((ticket) => {
      const grant = revocation(ticket.grant);
      if (grant === ticket.grant) return [];
      return [() => {
        if (grant === undefined) this.#tickets.delete(ticket.id);
        else this.#tickets.set(ticket.id, { ...ticket, grant });
      }];
    });
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
