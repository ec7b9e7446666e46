/**
 * The page of a store: its collections, records, changes, accounts, functions
 * and slow queries, for superusers.
 *
 * @module
 */
import { checkOptionNames, type OptionNames } from "../checks/internal.ts";
import {
  checkHttpRequest,
  findPageFile,
  refusalOf,
  resolveHosts,
  resolvePrefix,
  secured,
  sourceOf,
  textResponse,
} from "../web/internal.ts";
import { endedCookie, sessionCookie } from "./auth/credentials.ts";
import { resolveStoreHttpOptions } from "./http/options.ts";
import { PageAccess } from "./page_access.ts";
import { FILES } from "./page_bundle.ts";
import { pageState } from "./page_state.ts";
import { partsOf, type Store } from "./store.ts";
import type { StoredFunctions } from "./store_options.ts";

/** Options of {@linkcode serveStorePage}. */
export interface ServeStorePageOptions {
  /**
   * The path below which everything is served, such as `/store/`.
   * @default {"/_/"}
   */
  readonly prefix?: string;
  /**
   * The names and addresses that requests may have in `Host`, with one port or
   * for any: `example.com`, `[::1]:8080`.
   * @default {localhost, 127.0.0.1 and [::1]}
   */
  readonly hosts?: readonly string[];
}

const NAMES: OptionNames<ServeStorePageOptions> = { prefix: true, hosts: true };

/** Bytes that the body of a ticket or token may have. */
const MAX_BODY_BYTES = 1000;

/** A handler that serves the page of a store. */
export interface StorePage extends AsyncDisposable {
  /** Responds to a request: a handler for `Deno.serve`. */
  readonly fetch: (request: Request) => Promise<Response>;
  /**
   * Returns the path of the page with a ticket behind `#`, such as `/_/#…`. It
   * opens the page once, within 15 minutes, for 12 hours and as a superuser.
   */
  link(): string;
  /** Ends what its links have opened. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Serves a page of a store in this process, below a prefix. It works with the
 * API of the store, which has to be served by the same server. Whoever opens it
 * signs in as a superuser, or has a link that the program made.
 *
 * @example
 * ```ts
 * import { ActorSystem } from "@troupe/troupe";
 * import { collection, serveStorePage, store, text } from "@troupe/troupe/store";
 *
 * const notes = collection("notes", { fields: { title: text() } });
 * await using system = new ActorSystem();
 * await using data = await store(system, {
 *   path: `${await Deno.makeTempDir()}/data.db`,
 *   collections: [notes],
 * });
 * await using page = serveStorePage(data);
 * const handler = (request: Request): Promise<Response> =>
 *   new URL(request.url).pathname.startsWith("/_/")
 *     ? page.fetch(request)
 *     : data.handler(request);
 * const response = await handler(new Request("http://localhost/_/"));
 * console.assert((await response.text()).includes("<!DOCTYPE html>"));
 * ```
 *
 * @param options May be left out; each option has its default.
 * @throws {TypeError} if it is no store, an option is not known, `prefix` is not a
 * path, or `hosts` has something that is not a name or address.
 */
export function serveStorePage<F extends StoredFunctions>(
  data: Store<F>,
  options: ServeStorePageOptions = {},
): StorePage {
  const parts = partsOf(data);
  checkOptionNames("serveStorePage()", options, NAMES);
  const prefix = resolvePrefix(options.prefix ?? "/_/", "/store/");
  const rules = { hosts: resolveHosts(options.hosts), origins: undefined };
  const { path: api } = resolveStoreHttpOptions(parts.http);
  const access = new PageAccess(parts.auth, parts.now);

  const respond = async (request: Request): Promise<Response> => {
    const url = URL.parse(request.url);
    if (url === null) {
      return textResponse(400, "Host must be a name or address");
    }
    const { pathname, host } = url;
    const isPage = pathname === prefix || `${pathname}/` === prefix;
    const source = sourceOf(request.headers, host);
    const refusal = refusalOf(rules, source, isPage ? "page" : "api");
    if (refusal !== undefined) return textResponse(403, refusal);
    if (`${pathname}/` === prefix) {
      return textResponse(308, "The page has a / at its end", {
        location: prefix,
      });
    }
    const path = pathname.startsWith(prefix)
      ? pathname.slice(prefix.length)
      : undefined;
    const file = path === undefined ? undefined : findPageFile(FILES, path);
    if (file !== undefined) return fileResponse(request, file);
    if (path === "ticket" || path === "session") {
      return await signIn(request, access, path);
    }
    if (path === "leave") {
      if (request.method !== "POST") return wrongMethod("POST");
      await access.leave(request);
      return withCookie(endedCookie(isSecure(request)));
    }
    if (path === "state") {
      if (request.method !== "GET") return wrongMethod("GET");
      if (await access.isAllowed(request)) {
        return Response.json(pageState(parts, api));
      }
      return textResponse(401, "Sign in as a superuser");
    }
    const [of, collection, id, session, ...more] = path?.split("/") ?? [];
    const isSessions = of === "sessions" && more.length === 0;
    if (!isSessions || collection === undefined || id === undefined) {
      return textResponse(404, "There is no such page");
    }
    if (!await access.isAllowed(request)) {
      return textResponse(401, "Sign in as a superuser");
    }
    if (parts.collections.get(collection)?.kind !== "auth") {
      return textResponse(404, "There is no such collection of accounts");
    }
    if (session === undefined) {
      if (request.method !== "GET") return wrongMethod("GET");
      return Response.json(await parts.auth.sessionsOf(collection, id));
    }
    if (request.method !== "DELETE") return wrongMethod("DELETE");
    const isEnded = await parts.auth.revokeSession(collection, id, session);
    return isEnded
      ? new Response(null, { status: 204 })
      : textResponse(404, "There is no such session");
  };

  return {
    async fetch(request) {
      checkHttpRequest(request);
      const response = secured(await respond(request), request);
      if (request.method !== "HEAD") return response;
      await response.body?.cancel();
      return new Response(null, response);
    },
    link: () => `${prefix}#${access.ticket()}`,
    [Symbol.asyncDispose]: () => access[Symbol.asyncDispose](),
  };
}

function fileResponse(
  { method, headers }: Request,
  { body, contentType, etag }: NonNullable<ReturnType<typeof findPageFile>>,
): Response {
  if (method !== "GET" && method !== "HEAD") return wrongMethod("GET, HEAD");
  const more = {
    "content-type": contentType,
    etag,
    "cache-control": "no-cache",
  };
  return headers.get("if-none-match") === etag
    ? new Response(null, { status: 304, headers: more })
    : new Response(body, { headers: more });
}

function wrongMethod(allow: string): Response {
  return textResponse(405, `The method must be ${allow}`, { allow });
}

/**
 * Takes a ticket, or the token of somebody who has signed in; each comes in a body,
 * which no log has. What is given for it is a cookie that no script can read.
 */
async function signIn(
  request: Request,
  access: PageAccess,
  by: "ticket" | "session",
): Promise<Response> {
  if (request.method !== "POST") return wrongMethod("POST");
  const length = Number(request.headers.get("content-length") ?? NaN);
  if (!(length <= MAX_BODY_BYTES)) {
    await request.body?.cancel();
    return textResponse(413, "A ticket or token has fewer characters");
  }
  const text = await request.text();
  const isTicket = by === "ticket";
  const token = isTicket ? await access.exchange(text) : text;
  const endsAt = token === undefined ? undefined : await access.endOf(token);
  if (token !== undefined && endsAt !== undefined) {
    return withCookie(sessionCookie(token, endsAt, isSecure(request)));
  }
  return textResponse(
    401,
    isTicket
      ? "The link was used, or is too old: ask for another"
      : "Sign in as a superuser",
  );
}

function withCookie(cookie: string): Response {
  return new Response(null, { status: 204, headers: { "set-cookie": cookie } });
}

/** Behind a proxy that encrypts, the page is `https` and we are not. */
function isSecure({ url, headers }: Request): boolean {
  return url.startsWith("https:") ||
    headers.get("origin")?.startsWith("https:") === true;
}
