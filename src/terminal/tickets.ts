/**
 * Tickets: each lets one browser in, once, and not for long.
 *
 * @module
 */
import type { Clock } from "../actor/clock.ts";
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
}

/** Tickets that may wait to be used; the oldest makes room. */
const MAX_TICKETS = 1000;

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

  /** Makes a ticket. */
  issue(grant: Grant): string {
    this.#forget();
    const { text, record } = makeSecret();
    const expiresAt = this.#clock.now() + this.#lifeMs;
    this.#tickets.set(record.id, { ...record, grant, expiresAt });
    return text;
  }

  /** Takes a ticket, which is void then; nothing for one that is not good. */
  redeem(text: string): Grant | undefined {
    const ticket = findSecret(this.#tickets, text);
    if (ticket === undefined) return undefined;
    this.#tickets.delete(ticket.id);
    return this.#clock.now() < ticket.expiresAt ? ticket.grant : undefined;
  }

  #forget(): void {
    const now = this.#clock.now();
    for (const [id, { expiresAt }] of this.#tickets) {
      if (now < expiresAt && this.#tickets.size < MAX_TICKETS) return;
      this.#tickets.delete(id);
    }
  }
}
