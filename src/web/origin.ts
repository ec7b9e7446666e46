/**
 * Whether a request may come from where it says, decided before anything else
 * of it is looked at: by `Host`, `Origin` and `Sec-Fetch-Site`.
 *
 * @module
 */
import { checkArray, shown } from "../checks/internal.ts";
import { isAddressAllowed, isHostAllowed } from "./hosts.ts";

/** Where requests may come from. */
export interface OriginRules {
  /** Names and addresses of this server, as `resolveHosts` returns them. */
  readonly hosts: ReadonlySet<string>;
  /**
   * Origins besides that of the page itself, such as `https://example.com`;
   * `undefined` if the server has no option for them.
   */
  readonly origins: ReadonlySet<string> | undefined;
}

/**
 * Returns the option `origins` as `refusalOf` needs it.
 *
 * @throws {TypeError} if one of them is not an origin.
 */
export function resolveOrigins(
  origins: readonly string[] = [],
): ReadonlySet<string> {
  checkArray("origins", origins, "an array of origins");
  for (const origin of origins) {
    if (URL.parse(origin)?.origin === origin) continue;
    throw new TypeError(
      `Cannot use origins: one is ${
        shown(origin)
      }, it must be an origin such as https://example.com`,
    );
  }
  return new Set(origins);
}

/** What a request says about where it comes from. */
export interface RequestSource {
  /** The header `Host`, or what HTTP/2 has in its place. */
  readonly host: string;
  /** The header `Origin`. */
  readonly origin: string | null;
  /** The header `Sec-Fetch-Site`. */
  readonly site: string | null;
}

/** Reads the source of a request from its headers. */
export function sourceOf(headers: Headers, hostOfUrl = ""): RequestSource {
  return {
    host: headers.get("host") ?? hostOfUrl,
    origin: headers.get("origin"),
    site: headers.get("sec-fetch-site"),
  };
}

/** Returns why a request is refused, or nothing if it is not. */
export function refusalOf(
  rules: OriginRules,
  { host, origin, site }: RequestSource,
  kind: "page" | "api" | "socket",
): string | undefined {
  // A scraper sends no origin; a page that does must be of a listed host.
  const isScraper = origin === null && isAddressAllowed(rules.hosts, host);
  if (!isScraper && !isHostAllowed(rules.hosts, host)) {
    return `Cannot serve the request: Host is ${
      quoted(host)
    }, it must be in the option hosts`;
  }
  // Every browser sends the origin of a socket.
  if (origin !== null || kind === "socket") {
    if (origin !== null && isOriginAllowed(rules, origin, host)) return;
    const what = origin === null ? "missing" : quoted(origin);
    const option = rules.origins === undefined
      ? ""
      : " or one in the option origins";
    return `Cannot serve the request: Origin is ${what}, it must be that of this server${option}`;
  }
  // A link on another site may lead to the page, and no further.
  if (kind === "page" || site === null) return;
  return site === "same-origin" || site === "none"
    ? undefined
    : `Cannot serve the request: Sec-Fetch-Site is ${
      quoted(site)
    }, other sites may only link to the page`;
}

/**
 * Whether a page of an origin may use this server: the page that came from
 * `host` itself, or one of the origins that are listed.
 */
function isOriginAllowed(
  { origins }: OriginRules,
  origin: string,
  host: string,
): boolean {
  if (origins?.has(origin)) return true;
  const url = URL.parse(origin);
  if (url === null || url.origin !== origin) return false;
  // Behind a proxy that encrypts, the page is `https` and we are not.
  return (url.protocol === "http:" || url.protocol === "https:") &&
    url.host === URL.parse(`${url.protocol}//${host}`)?.host;
}

/** What a client sent, cut off where it is too long for a message. */
function quoted(header: string): string {
  const most = 100;
  return JSON.stringify(
    header.length > most ? `${header.slice(0, most)}…` : header,
  );
}
