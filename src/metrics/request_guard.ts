/**
 * Whether a request may come from where it says.
 *
 * @module
 */
import { isHostAllowed, parseHost } from "../web/internal.ts";

/**
 * A name or address as `Host` has it, with a port or for any.
 *
 * @throws {TypeError} when it is none.
 */
export function checkHost(host: string): string {
  const url = parseHost(host);
  if (url !== undefined) {
    // A port that is left out in an address is left in here.
    const port = /:\d+$/.exec(host)?.[0] ?? "";
    return `${url.hostname}${port}`;
  }
  throw new TypeError(
    `Cannot serve metrics: ${
      JSON.stringify(host)
    } in hosts is no name or address, write it as example.com or [::1]:8080`,
  );
}

/** Where a request says that it comes from, and goes to. */
export interface RequestOrigin {
  /** `Host`. */
  readonly host: string;
  /** `Sec-Fetch-Site`, or `none`. */
  readonly site: string;
  /** Whether it is for the page itself. */
  readonly isPage: boolean;
}

/**
 * Why a request is refused; nothing if it is not. A page from elsewhere whose
 * name was made to point here (DNS rebinding) still says its own name as
 * `Host`; and no page from elsewhere may use up the clients of the events.
 */
export function refusalOf(
  hosts: ReadonlySet<string>,
  { host, site, isPage }: RequestOrigin,
): string | undefined {
  if (!isHostAllowed(hosts, host)) {
    return "The Host header names no host of this server, add it to hosts";
  }
  // A link on another site may lead to the page, and no further.
  return isPage || site === "same-origin" || site === "none"
    ? undefined
    : "The request comes from another site";
}
