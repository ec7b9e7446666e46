/**
 * Headers of every response: what browsers must forbid.
 *
 * @module
 */

import { LOOPBACK_HOSTS } from "./hosts.ts";

/**
 * The content security policy under which pages work: they need no inline
 * script, no inline style and nothing from elsewhere.
 */
export const PAGE_POLICY: string = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

const HEADERS: Readonly<Record<string, string>> = {
  "cross-origin-opener-policy": "same-origin",
  "permissions-policy":
    "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

/** The header that browsers refuse, with a complaint, where they trust nobody. */
const OPENER_POLICY = "cross-origin-opener-policy";

/** Headers that a response may have already, as what it serves is no page. */
const DEFAULTS: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "content-security-policy": PAGE_POLICY,
  "cross-origin-resource-policy": "same-origin",
};

/**
 * Adds the headers to a response. It is stored nowhere, runs what a page does
 * and is for pages of its own origin, unless it says otherwise. With its request,
 * it has none that the browser would ignore with a complaint.
 */
export function secured(response: Response, request?: Request): Response {
  for (const [name, value] of Object.entries(HEADERS)) {
    response.headers.set(name, value);
  }
  if (request !== undefined && !isTrustworthy(request)) {
    response.headers.delete(OPENER_POLICY);
  }
  for (const [name, value] of Object.entries(DEFAULTS)) {
    if (!response.headers.has(name)) response.headers.set(name, value);
  }
  return response;
}

/**
 * Returns whether the browser trusts the connection: over TLS, also up to a
 * proxy, or to its own machine. There alone it sends `Sec-Fetch-Mode`.
 */
function isTrustworthy({ url, headers }: Request): boolean {
  const { protocol, hostname } = URL.parse(url) ?? {};
  return protocol === "https:" || headers.has("sec-fetch-mode") ||
    LOOPBACK_HOSTS.includes(hostname ?? "");
}
