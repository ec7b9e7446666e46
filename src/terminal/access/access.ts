/**
 * Access to a terminal server: the checks before every request, socket and
 * ticket.
 *
 * @module
 */
import type { Clock } from "../../actor/mod.ts";
import { refusalOf, sourceOf } from "../../web/internal.ts";
import {
  cookieName,
  type CookieScope,
  readCookies,
  setCookie,
} from "./cookie.ts";
import { type Login, Logins } from "./logins.ts";
import type { TerminalCounters } from "../metrics.ts";
import type { ResolvedServeTerminalOptions } from "../options.ts";
import { Problem } from "../http/problem.ts";
import { type AccessRequest, Authorizer } from "./authorizer.ts";
import {
  type Grant,
  type GrantRecord,
  type HeldGrant,
  invitationsBy,
  invitationsOf,
  inviterOf,
  MAX_INVITATIONS,
  newGrant,
  type Revocation,
  revocationOf,
  type RevokeTarget,
} from "./grant_rules.ts";
import { Pass } from "./pass.ts";
import { Tickets } from "./tickets.ts";
import { TokenBuckets } from "./token_bucket.ts";

/** Information about a request, as `Deno.serve` passes it to its handler. */
export interface RequestInfo {
  /** Address from which the request comes. */
  readonly remoteAddr?: Deno.Addr;
}

/** The part of a request that the application sees. */
export type AccessSource = Pick<Request, "method" | "url" | "headers">;

/** The tickets, logins and limits of one terminal server. */
export class Access {
  /** Id of the terminal, which is another one after each start. */
  readonly serverId: string = crypto.randomUUID();
  /** Tickets that were not used yet. */
  readonly tickets: Tickets;
  /** Logins that have not ended. */
  readonly logins: Logins;
  /** Asks the application whether it permits what a login allows. */
  readonly authorizer: Authorizer;
  readonly #options: ResolvedServeTerminalOptions;
  readonly #counters: TerminalCounters;
  readonly #attempts: TokenBuckets;

  /** Starts without tickets and logins. */
  constructor(
    options: ResolvedServeTerminalOptions,
    clock: Clock,
    counters: TerminalCounters,
  ) {
    this.#options = options;
    this.#counters = counters;
    this.tickets = new Tickets(clock, options.ticketMs);
    this.logins = new Logins(clock, options);
    this.authorizer = new Authorizer(options, clock, counters);
    this.#attempts = new TokenBuckets(options.handshakesPerMinute, clock);
  }

  /**
   * Checks that a viewer, if it was attached before, was so to this terminal. A
   * new start has no session and no login of the one before.
   *
   * @throws {Problem} if it was attached to another one.
   */
  checkServer(serverId: string | null | undefined): void {
    if (typeof serverId !== "string" || serverId === this.serverId) return;
    throw new Problem(
      "restarted",
      "The server has restarted since: its sessions and their programs are gone",
    );
  }

  /**
   * Refuses a request that a page of another origin may have sent.
   *
   * @throws {Problem} if it may have.
   */
  checkOrigin(headers: Headers, kind: "page" | "api" | "socket"): void {
    const refusal = refusalOf(this.#options.origin, sourceOf(headers), kind);
    if (refusal === undefined) return;
    this.#counters.originsRefused++;
    if (kind === "socket") this.#counters.handshakesRefused++;
    throw new Problem("wrong_origin", refusal);
  }

  /**
   * Counts an attempt of a client.
   *
   * @throws {Problem} if the client has made too many.
   */
  checkRate(request: Request, info: RequestInfo | undefined): void {
    const waitMs = this.#attempts.take(this.#clientOf(request, info));
    if (waitMs === 0) return;
    this.#counters.handshakesRefused++;
    const seconds = Math.ceil(waitMs / 1000);
    throw new Problem("too_many_requests", `Try again in ${seconds} seconds`, {
      "retry-after": String(seconds),
    });
  }

  /** Returns the login of a request, if it has a valid cookie. */
  loginOf({ url, headers }: Request): Login | undefined {
    const name = cookieName(headers.get("host") ?? "", this.#scope(url));
    for (const token of readCookies(headers, name)) {
      const login = this.logins.find(token);
      if (login !== undefined) return login;
    }
    return undefined;
  }

  /**
   * Returns the login of a request.
   *
   * @throws {Problem} if it has none.
   */
  requireLogin(request: Request): Login {
    const login = this.loginOf(request);
    if (login !== undefined) return login;
    throw new Problem("login_needed", "Open a link with a ticket first");
  }

  /**
   * Resolves to the role of a login in a session, or in all of them: what its
   * tickets allow, as far as the application permits it. With `least`, the
   * application is asked for that role alone.
   */
  async roleIn(
    request: AccessSource,
    login: Login,
    session: string,
    least?: Grant["role"],
  ): Promise<Grant["role"] | undefined> {
    const roles = least === undefined ? ["control", "view"] as const : [least];
    for (const role of roles) {
      const has = login.roleIn(session);
      if (has === undefined) return undefined;
      if (role === "control" && has === "view") continue;
      const asked = requestFor(request, login, session, role);
      if (!await this.authorizer.permits(asked)) continue;
      // The login may have lost it while the application decided.
      if (login.permits(asked)) return role;
    }
    return undefined;
  }

  /**
   * Resolves to the pass for a socket of a login: to control the session, or
   * to view it if it may or wants no more.
   */
  async passFor(
    request: AccessSource,
    login: Login,
    session: string,
    wanted: Grant["role"] | undefined,
  ): Promise<Pass | undefined> {
    const role = await this.roleIn(request, login, session, wanted);
    if (role === undefined) return undefined;
    return new Pass(requestFor(request, login, session, role));
  }

  /**
   * Makes a ticket of the application.
   *
   * @throws {TypeError} if the grant is invalid.
   */
  ticket(grant: Grant): string {
    return this.tickets.issue(newGrant(grant));
  }

  /**
   * Makes an invitation of a login, which ends with what it was made from.
   *
   * @throws {Problem} if it is one of too many, each made from the other.
   */
  invite(login: Login, grant: Grant): string {
    const parent = login.grantFor(grant.session);
    const record = { ...newGrant(grant), parent };
    if (invitationsOf(record) > MAX_INVITATIONS) {
      throw new Problem("forbidden", "Ask for a link that is no invitation");
    }
    return this.tickets.issue(record, login.id);
  }

  /** Revokes access; returns how many grants and tickets have changed. */
  revoke(
    target: RevokeTarget | ((grant: HeldGrant) => boolean),
    why: string,
  ): number {
    return this.#revoke(revocationOf(target), why);
  }

  /**
   * Revokes the invitations to a session that a login has made; returns how many
   * grants and tickets have ended.
   */
  revokeInvitations(login: Login, session: string): number {
    const why = "Your invitation was revoked";
    return this.#revoke(invitationsBy(login.id, session), why);
  }

  #revoke(revocation: Revocation, why: string): number {
    const changes = [
      ...this.tickets.plan(revocation),
      ...this.logins.all.flatMap((login) => login.plan(revocation, why)),
    ];
    for (const change of changes) change();
    return changes.length;
  }

  /** Asks again about every open socket; resolves to how many have ended. */
  async reauthorize(why: string): Promise<number> {
    this.authorizer.recheck();
    const passes = this.logins.all.flatMap((login) => login.passes);
    const ended = await Promise.all(passes.map(async (pass) => {
      if (await this.authorizer.permits(pass.request)) return false;
      const isFirst = !pass.ended.aborted;
      pass.end(why);
      return isFirst;
    }));
    return ended.filter(Boolean).length;
  }

  /**
   * Exchanges a ticket for a cookie, or for other grants of the login that the
   * browser has. Rejects with a `Problem` if the ticket is not valid, or the
   * application refuses it; then it can still be used.
   */
  async logIn(
    request: Request,
    ticket: string,
  ): Promise<
    { readonly grant: HeldGrant; readonly cookie: string | undefined }
  > {
    const found = this.tickets.find(ticket);
    if (found !== undefined && !await this.#mayUse(request, found)) {
      this.#counters.handshakesRefused++;
      throw new Problem("forbidden", "You may not use this link now");
    }
    // It may have been used or revoked meanwhile.
    const grant = this.tickets.redeem(ticket);
    if (grant === undefined) {
      this.#counters.handshakesRefused++;
      throw new Problem("wrong_ticket", "Open a new link");
    }
    const known = this.loginOf(request);
    if (known !== undefined) {
      known.add(grant);
      return { grant, cookie: undefined };
    }
    const { token, login } = this.logins.start();
    login.add(grant);
    return { grant, cookie: this.#cookie(request, token) };
  }

  /** Returns whether the application permits a grant, if only to watch. */
  async #mayUse(request: Request, grant: GrantRecord): Promise<boolean> {
    for (const role of new Set([grant.role, "view"] as const)) {
      const asked = accessRequest(request, grant, grant.session, role);
      if (await this.authorizer.permits(asked)) return true;
    }
    return false;
  }

  /** Ends the login of a request; returns the header that removes its cookie. */
  logOut(request: Request): string {
    this.loginOf(request)?.end();
    return this.#cookie(request, "");
  }

  #cookie({ url, headers }: Request, value: string): string {
    return setCookie(headers.get("host") ?? "", value, this.#scope(url));
  }

  #scope(url: string): CookieScope {
    const { prefix, behindTls } = this.#options;
    return { prefix, secure: behindTls || url.startsWith("https:") };
  }

  #clientOf(request: Request, info: RequestInfo | undefined): string {
    const { clientOf } = this.#options;
    if (clientOf !== undefined) return clientOf(request);
    const address = info?.remoteAddr;
    if (address === undefined || !("hostname" in address)) return "local";
    return networkOf(address.hostname);
  }
}

/** Returns what the application is asked about a request of a login. */
function requestFor(
  request: AccessSource,
  login: Login,
  session: string,
  role: Grant["role"],
): AccessRequest {
  return accessRequest(request, login.grantFor(session), session, role);
}

function accessRequest(
  { method, url, headers }: AccessSource,
  grant: GrantRecord | undefined,
  session: string,
  role: Grant["role"],
): AccessRequest {
  return {
    role,
    session,
    user: grant?.user,
    invitedBy: grant && inviterOf(grant),
    login: grant?.login,
    method,
    url,
    headers,
  };
}

/** An IPv6 client has 2⁶⁴ addresses; an address with a dot is of IPv4. */
function networkOf(address: string): string {
  if (!address.includes(":") || address.includes(".")) return address;
  const [head = [], tail = []] = address.split("::")
    .map((part) => part === "" ? [] : part.split(":"));
  const zeros = new Array(Math.max(8 - head.length - tail.length, 0)).fill("0");
  return [...head, ...zeros, ...tail].slice(0, 4).join(":");
}
