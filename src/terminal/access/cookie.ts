/**
 * The cookie that carries the token of a login.
 *
 * @module
 */

/** What a cookie is made of. */
export interface CookieScope {
  /** The path under which the terminal is mounted, with a slash at its end. */
  readonly prefix: string;
  /** Whether the browser came over TLS. */
  readonly secure: boolean;
}

/**
 * Its name. Cookies know no ports, so the name has that of the server, and two
 * terminals on one machine do not log each other out. `__Secure-` is a promise
 * that browsers hold: nobody without TLS has set it.
 */
export function cookieName(host: string, { secure }: CookieScope): string {
  const [, port = secure ? "443" : "80"] = /:(\d+)$/.exec(host) ?? [];
  return `${secure ? "__Secure-" : ""}troupe-terminal-${port}`;
}

/**
 * The values of a cookie in a `Cookie` header: others on the same host may
 * have set one of that name as well.
 */
export function readCookies(headers: Headers, name: string): string[] {
  return (headers.get("cookie") ?? "").split(";").flatMap((pair) => {
    const [key, value] = pair.trim().split("=", 2);
    return key === name && value !== undefined ? [value] : [];
  });
}

/**
 * A `Set-Cookie` header: no script reads the cookie, and no request that
 * another site makes has it. It ends with the browser at the latest; the
 * server forgets it before. An empty value takes it away.
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
