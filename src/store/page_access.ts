/**
 * Who may see the page of a store: superusers, and who has a link with a ticket.
 *
 * @module
 */
import { createHash, randomBytes } from "node:crypto";
import type { StoreAuth } from "./auth/store_auth.ts";
import { type CredentialSource, tokenOf } from "./auth/credentials.ts";

/** Milliseconds for which a ticket is valid. */
const TICKET_MS = 15 * 60_000;
/** Milliseconds for which what a ticket is exchanged for is valid. */
const KEY_MS = 12 * 3_600_000;
/** Tickets that wait at most: the oldest goes first. */
const MAX_TICKETS = 64;

/** The tickets of a page, and the keys that they were exchanged for. */
export class PageAccess implements AsyncDisposable {
  readonly #auth: StoreAuth;
  readonly #now: () => number;
  /** When they end, by their hashes. */
  readonly #tickets = new Map<string, number>();
  readonly #keys = new Set<string>();

  constructor(auth: StoreAuth, now: () => number) {
    this.#auth = auth;
    this.#now = now;
  }

  /** Returns a ticket, which is valid once. */
  ticket(): string {
    const [oldest] = this.#tickets.keys();
    if (this.#tickets.size >= MAX_TICKETS && oldest !== undefined) {
      this.#tickets.delete(oldest);
    }
    const ticket = randomBytes(24).toString("base64url");
    this.#tickets.set(hashOf(ticket), this.#now() + TICKET_MS);
    return ticket;
  }

  /** Resolves to a key of a superuser; undefined if the ticket is not valid. */
  async exchange(ticket: string): Promise<string | undefined> {
    const hash = hashOf(ticket);
    const endsAt = this.#tickets.get(hash);
    this.#tickets.delete(hash);
    if (endsAt === undefined || endsAt <= this.#now()) return undefined;
    const name = `page ${randomBytes(8).toString("hex")}`;
    const key = await this.#auth.keys.create({
      name,
      as: "superuser",
      lifeMs: KEY_MS,
    });
    this.#keys.add(name);
    return key;
  }

  /**
   * Resolves to when a token of a superuser ends, in milliseconds since 1970 and
   * at most 12 hours from now; undefined if it is none.
   */
  async endOf(token: string): Promise<number | undefined> {
    const login = await this.#auth.find(token);
    return login?.identity.kind === "superuser"
      ? Math.min(login.endsAt, this.#now() + KEY_MS)
      : undefined;
  }

  /** Ends the session of a request, or what its ticket was exchanged for. */
  async leave(request: CredentialSource): Promise<void> {
    const token = tokenOf(request);
    const login = token === undefined
      ? undefined
      : await this.#auth.find(token);
    if (token === undefined || login === undefined) return;
    if (login.kind === "session") await this.#auth.logout(token);
    // An API key of somebody else is his.
    else if (this.#keys.delete(login.id)) {
      await this.#auth.keys.revoke(login.id);
    }
  }

  /** Resolves to whether a request comes from a superuser. */
  async isAllowed(request: CredentialSource): Promise<boolean> {
    return (await this.#auth.identityOf(request))?.kind === "superuser";
  }

  /** Ends what its tickets were exchanged for. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#tickets.clear();
    const names = [...this.#keys];
    this.#keys.clear();
    await Promise.all(names.map((name) => this.#auth.keys.revoke(name)));
  }
}

function hashOf(ticket: string): string {
  return createHash("sha256").update(ticket).digest("base64url");
}
