/**
 * The cookie that carries the token of a login.
 *
 * @module
 */

/** The scope of a cookie: the path and the connections that it is for. */
export interface CookieScope {
  /** Path below which the terminal is mounted, with a slash at its end. */
  readonly prefix: string;
  /** Whether the browser is connected over TLS. */
  readonly secure: boolean;
}

/**
 * Returns the name of the cookie. Cookies ignore ports, so the name contains
 * that of the server, and two terminals on one machine do not log each other
 * out. Browsers accept a name with `__Secure-` only over TLS.
 */
export function cookieName(host: string, { secure }: CookieScope): string {
  const [, port = secure ? "443" : "80"] = /:(\d+)$/.exec(host) ?? [];
  return `${secure ? "__Secure-" : ""}troupe-terminal-${port}`;
}

/**
 * Returns all values of a cookie in a `Cookie` header: other servers on the same
 * host may have set one of the same name.
 */
export function readCookies(headers: Headers, name: string): string[] {
  return (headers.get("cookie") ?? "").split(";").flatMap((pair) => {
    const [key, value] = pair.trim().split("=", 2);
    return key === name && value !== undefined ? [value] : [];
  });
}

/**
 * Returns a `Set-Cookie` header for a cookie that scripts cannot read and that
 * requests of other sites do not contain. It ends with the browser at the
 * latest; the server forgets it earlier. An empty value removes it.
 */
export function setCookie(
  host: string,
  value: string,
  scope: CookieScope,
): string {
  return [
    `${cookieName(host, scope)}=${value}`,
    `Path=${scope.prefix}`,
    "HttpOnly",
    "SameSite=Strict",
    ...(scope.secure ? ["Secure"] : []),
    ...(value === "" ? ["Max-Age=0"] : []),
  ].join("; ");
}
