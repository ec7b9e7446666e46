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
import { type Grant, Tickets } from "./tickets.ts";
import { TokenBuckets } from "./token_bucket.ts";

/** Information about a request, as `Deno.serve` passes it to its handler. */
export interface RequestInfo {
  /** Address from which the request comes. */
  readonly remoteAddr?: Deno.Addr;
}

/** The tickets, logins and limits of one terminal server. */
export class Access {
  /** Tickets that were not used yet. */
  readonly tickets: Tickets;
  /** Logins that have not ended. */
  readonly logins: Logins;
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
    this.#attempts = new TokenBuckets(options.handshakesPerMinute, clock);
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
   * Exchanges a ticket for a cookie, or adds its grant to the login that the
   * browser has.
   *
   * @throws {Problem} if the ticket is not valid.
   */
  logIn(
    request: Request,
    ticket: string,
  ): { readonly grant: Grant; readonly cookie: string | undefined } {
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

/** An IPv6 client has 2⁶⁴ addresses; an address with a dot is of IPv4. */
function networkOf(address: string): string {
  if (!address.includes(":") || address.includes(".")) return address;
  const [head = [], tail = []] = address.split("::")
    .map((part) => part === "" ? [] : part.split(":"));
  const zeros = new Array(Math.max(8 - head.length - tail.length, 0)).fill("0");
  return [...head, ...zeros, ...tail].slice(0, 4).join(":");
}
