/**
 * The token that a request carries: in its header, or in a cookie.
 *
 * @module
 */
import {
  checkBoolean,
  checkNumber,
  checkString,
} from "../../checks/internal.ts";

/** The part of a request that says who sends it. */
export type CredentialSource = Pick<Request, "headers">;

/**
 * The names of the cookie: browsers take the first over TLS alone, and never
 * from another host of the same domain.
 */
const COOKIE = { secure: "__Host-troupe_session", plain: "troupe_session" };
/** The last moment that a `Date` has. */
const MAX_TIME = 8.64e15;
const BEARER = /^bearer +/i;

/**
 * Returns the token of a request. A header `Authorization` has it as PocketBase's
 * client sends it, bare, or after `Bearer`; only without one is there a look at
 * the cookie, and then only if the request comes from a page of this server: no
 * other site can use the cookie of a visitor.
 */
export function tokenOf({ headers }: CredentialSource): string | undefined {
  const header = headers.get("authorization");
  if (header !== null && header !== "") return header.replace(BEARER, "");
  const cookies = headers.get("cookie");
  if (cookies === null || !isOwnPage(headers)) return undefined;
  return valueOf(cookies, COOKIE.secure) ?? valueOf(cookies, COOKIE.plain);
}

/**
 * Returns a `Set-Cookie` header with a token until `endsAt`, which no script
 * can read and no request of another site contains.
 *
 * @param endsAt When the browser forgets it, in milliseconds since 1970.
 * @param isSecure Whether the browser is connected over TLS.
 * @throws {TypeError} for an argument of the wrong type.
 */
export function sessionCookie(
  token: string,
  endsAt: number,
  isSecure: boolean,
): string {
  checkString("token", token);
  checkNumber("endsAt", endsAt, { min: 0, max: MAX_TIME });
  return `${cookie(token, isSecure)}; Expires=${
    new Date(endsAt).toUTCString()
  }`;
}

/**
 * Returns a `Set-Cookie` header that removes the token.
 *
 * @param isSecure Whether the browser is connected over TLS.
 * @throws {TypeError} for an argument of the wrong type.
 */
export function endedCookie(isSecure: boolean): string {
  return `${cookie("", isSecure)}; Max-Age=0`;
}

function cookie(value: string, isSecure: boolean): string {
  checkBoolean("isSecure", isSecure);
  const name = COOKIE[isSecure ? "secure" : "plain"];
  const secure = isSecure ? "; Secure" : "";
  return `${name}=${value}; Path=/; HttpOnly; SameSite=Strict${secure}`;
}

function valueOf(cookies: string, name: string): string | undefined {
  for (const pair of cookies.split(";")) {
    const [key, value] = pair.trim().split("=", 2);
    if (key === name && value !== "") return value;
  }
  return undefined;
}

/** Whether a request was made by a page of this server, or by no page. */
function isOwnPage(headers: Headers): boolean {
  const site = headers.get("sec-fetch-site");
  if (site !== null) return site === "same-origin" || site === "none";
  const origin = headers.get("origin");
  if (origin === null) return true;
  // Behind a proxy that encrypts, the page is `https` and we are not.
  return URL.parse(origin)?.host === headers.get("host");
}
