/**
 * Pages of other origins: none may use the store but those that are listed.
 *
 * @module
 */

/** What a page of a listed origin may send. */
const ALLOWED_HEADERS =
  "accept-language, authorization, content-type, last-event-id";

/** What it may read of a response besides its body and content type. */
const EXPOSED_HEADERS = "retry-after";

/** Seconds for which a browser remembers what is allowed. */
const MAX_AGE = 600;

/** Returns the reply to a browser that asks before it sends a request. */
export function preflight(methods: readonly string[]): Response {
  return new Response(null, {
    status: 204,
    headers: {
      "allow": methods.join(", "),
      "access-control-allow-methods": methods.join(", "),
      "access-control-allow-headers": ALLOWED_HEADERS,
      "access-control-max-age": `${MAX_AGE}`,
    },
  });
}

/**
 * Lets the page of a listed origin read a response. No cookie is sent with what
 * it asks for: whoever has a token says so himself.
 */
export function allowOrigin(
  response: Response,
  origin: string | null,
  origins: ReadonlySet<string>,
): Response {
  const { headers } = response;
  headers.append("vary", "origin");
  if (origin === null || !origins.has(origin)) {
    for (const name of [...headers.keys()]) {
      if (name.startsWith("access-control-")) headers.delete(name);
    }
    return response;
  }
  headers.set("access-control-allow-origin", origin);
  headers.set("access-control-expose-headers", EXPOSED_HEADERS);
  return response;
}
