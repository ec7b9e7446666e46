/**
 * Whether a request may come from where it says: decided before anything else
 * is looked at, from `Host`, `Origin` and `Sec-Fetch-Site`.
 *
 * @module
 */
import { isHostAllowed } from "../../web/internal.ts";

/** Where requests may come from. */
export interface OriginRules {
  /** Names or addresses, with a port or for any, in small letters. */
  readonly hosts: ReadonlySet<string>;
  /** Origins besides that of the page itself, such as `https://example.com`. */
  readonly origins: ReadonlySet<string>;
}

/**
 * Whether a page of this origin may talk to this server: the page that came
 * from `host` itself, or one of the origins that are listed.
 */
export function isOriginAllowed(
  rules: OriginRules,
  origin: string,
  host: string,
): boolean {
  if (rules.origins.has(origin)) return true;
  const url = parse(origin);
  if (url === undefined || url.origin !== origin) return false;
  // Behind a proxy that encrypts, the page is `https` and we are not.
  return (url.protocol === "http:" || url.protocol === "https:") &&
    url.host === parse(`${url.protocol}//${host}`)?.host;
}

/** Why a request is refused for where it comes from; nothing if it is not. */
export function refusalOf(
  rules: OriginRules,
  headers: Headers,
  kind: "page" | "api" | "socket",
): string | undefined {
  const host = headers.get("host") ?? "";
  if (!isHostAllowed(rules.hosts, host)) {
    return "The Host header names no host of this server, add it to hosts";
  }
  const origin = headers.get("origin");
  if (origin !== null) {
    return isOriginAllowed(rules, origin, host)
      ? undefined
      : "The Origin header names another site, add it to origins";
  }
  // Every browser says from where it opens a socket.
  if (kind === "socket") return "The Origin header is missing";
  const site = headers.get("sec-fetch-site") ?? "none";
  // A link on another site may lead to the page, and no further.
  return kind === "page" || site === "same-origin" || site === "none"
    ? undefined
    : "The request comes from another site";
}

function parse(url: string): URL | undefined {
  return URL.parse(url) ?? undefined;
}
