/**
 * Who may come in: what stands before every request, socket and ticket.
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

/** What a server tells its handler of a request, as `Deno.serve` does. */
export interface RequestInfo {
  /** Where it comes from. */
  readonly remoteAddr?: Deno.Addr;
}

/** The doors of one terminal server. */
export class Access {
  /** Tickets that wait to be used. */
  readonly tickets: Tickets;
  /** Who is in. */
  readonly logins: Logins;
  readonly #options: ResolvedServeTerminalOptions;
  readonly #counters: TerminalCounters;
  readonly #tries: TokenBuckets;

  /** Nobody is in. */
  constructor(
    options: ResolvedServeTerminalOptions,
    clock: Clock,
    counters: TerminalCounters,
  ) {
    this.#options = options;
    this.#counters = counters;
    this.tickets = new Tickets(clock, options.ticketMs);
    this.logins = new Logins(clock, options);
    this.#tries = new TokenBuckets(options.handshakesPerMinute, clock);
  }

  /** Refuses a request that a page from elsewhere may have sent. */
  checkOrigin(headers: Headers, kind: "page" | "api" | "socket"): void {
    const why = refusalOf(this.#options.origin, sourceOf(headers), kind);
    if (why === undefined) return;
    this.#counters.originsRefused++;
    if (kind === "socket") this.#counters.handshakesRefused++;
    throw new Problem("wrong_origin", why);
  }

  /** Refuses whoever tries too often. */
  checkRate(request: Request, info: RequestInfo | undefined): void {
    const waitMs = this.#tries.take(this.#clientOf(request, info));
    if (waitMs === 0) return;
    this.#counters.handshakesRefused++;
    const seconds = Math.ceil(waitMs / 1000);
    throw new Problem("too_many_requests", `Wait for ${seconds} seconds`, {
      "retry-after": String(seconds),
    });
  }

  /** Who sends a request, if it shows a good cookie. */
  loginOf({ url, headers }: Request): Login | undefined {
    const name = cookieName(headers.get("host") ?? "", this.#scope(url));
    for (const token of readCookies(headers, name)) {
      const login = this.logins.find(token);
      if (login !== undefined) return login;
    }
    return undefined;
  }

  /**
   * Exchanges a ticket for a cookie, or adds what it allows to the one that
   * the browser has.
   *
   * @throws {Problem} when the ticket is not good.
   */
  enter(
    request: Request,
    ticket: string,
  ): { readonly grant: Grant; readonly cookie: string | undefined } {
    const grant = this.tickets.redeem(ticket);
    if (grant === undefined) {
      this.#counters.handshakesRefused++;
      throw new Problem("wrong_ticket", "Ask for another ticket");
    }
    const known = this.loginOf(request);
    if (known !== undefined) {
      known.add(grant);
      return { grant, cookie: undefined };
    }
    const { token, login } = this.logins.begin();
    login.add(grant);
    return { grant, cookie: this.#cookie(request, token) };
  }

  /** Ends a login; answers what takes its cookie away. */
  leave(request: Request): string {
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

/** Who has an IPv6 address has 2⁶⁴ of them; one with a dot is of IPv4. */
function networkOf(address: string): string {
  if (!address.includes(":") || address.includes(".")) return address;
  const [head = [], tail = []] = address.split("::")
    .map((part) => part === "" ? [] : part.split(":"));
  const zeros = new Array(Math.max(8 - head.length - tail.length, 0)).fill("0");
  return [...head, ...zeros, ...tail].slice(0, 4).join(":");
}
