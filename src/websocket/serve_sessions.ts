/**
 * Serving sessions over WebSockets, as a fetch handler.
 *
 * @module
 */
import type { ActorSystem } from "../actor/mod.ts";
import { checkMethods } from "../checks/internal.ts";
import {
  type AcceptedSessions,
  type AcceptedSocket,
  drain,
  SocketLimit,
  socketsActor,
  type SocketsMessage,
  startListener,
} from "../session/internal.ts";
import type { Address, DrainOptions, SessionSnapshot } from "../session/mod.ts";
import {
  checkHttpRequest,
  refusalOf,
  secured,
  sourceOf,
  textResponse,
} from "../web/internal.ts";
import { clientResponse } from "./client_module.ts";
import {
  resolveServeOptions,
  type ServeSessionsOptions,
  type ServeSettings,
} from "./serve_options.ts";
import { UpgradeAcceptor } from "./upgrade_acceptor.ts";

/** Counters of a server of sessions. */
export interface SessionServerStats {
  /** WebSockets that were accepted so far. */
  readonly accepted: number;
  /** Requests that were refused so far, before there was a WebSocket. */
  readonly refused: number;
  /** WebSockets that are open now, or whose peer has not closed them. */
  readonly sockets: number;
  /** Sessions that exist now, with a WebSocket or without. */
  readonly sessions: number;
  /** WebSockets that resumed an existing session. */
  readonly resumes: number;
}

/** What `Deno.serve` says of a request. */
export interface SessionRequestInfo {
  /** Where the request comes from. */
  readonly remoteAddr?: Deno.Addr;
}

/** A server of sessions, as its owner holds it. */
export interface SessionServer extends AsyncDisposable {
  /**
   * Handles a request below the prefix: pass it to `Deno.serve`, or call it from
   * a router. WebSockets need a request of `Deno.serve` itself.
   */
  readonly fetch: (
    request: Request,
    info?: SessionRequestInfo,
  ) => Promise<Response>;
  /** Resolves when the server is over, however it ended; never rejects. */
  readonly closed: Promise<void>;
  /** Returns the counters of this server. */
  stats(): SessionServerStats;
  /**
   * Returns the sessions of this server as they are now, each with its logical
   * connections and what they wait for.
   */
  inspect(): Iterable<SessionSnapshot>;
  /**
   * Goes away in order: takes no new connections, notifies all peers, and
   * closes when the last connection has ended. Sessions that have connections
   * still get the WebSockets that they resume over.
   *
   * @throws {RangeError} as a rejection, for a `retryAfterMs` out of its range.
   * @throws {TypeError} as a rejection, for an option of the wrong type.
   */
  drain(options?: DrainOptions): Promise<void>;
  /**
   * Ends all connections and sessions, once the peers have everything that was
   * sent, or acknowledge nothing for `closeMs`. Close it before the HTTP server,
   * which waits for its WebSockets.
   */
  close(): Promise<void>;
}

/** The name of the client as a module, below the prefix. */
const CLIENT_NAME = "client.js";
/** Seconds of silence after which Deno pings; sessions do so themselves. */
const IDLE_S = 120;

/**
 * Serves sessions over WebSockets, as actors of `system`: what
 * {@linkcode connectWeb} connects to, from a page or from a program.
 *
 * @throws {TypeError} for an option of the wrong type.
 * @throws {RangeError} for an option that is out of its range.
 *
 * @example
 * ```ts
 * import { ActorSystem } from "@troupe/troupe";
 * import { serveSessions } from "@troupe/troupe/websocket";
 *
 * await using system = new ActorSystem();
 * await using sessions = serveSessions(system, {
 *   prefix: "/sessions/",
 *   authenticate: ({ headers }) =>
 *     headers.get("cookie") === "login=mona" ? "mona" : undefined,
 *   async serve(connection) {
 *     await connection.send(new TextEncoder().encode(connection.identity));
 *   },
 * });
 * const response = await sessions.fetch(
 *   new Request("http://localhost/sessions/"),
 * );
 * console.assert(response.status === 403);
 * ```
 */
export function serveSessions(
  system: ActorSystem,
  options: ServeSessionsOptions,
): SessionServer {
  checkMethods("system", system, ["spawn", "tree"], "an ActorSystem");
  const settings = resolveServeOptions(options);
  const { prefix, maxSockets } = settings;
  const acceptor = new UpgradeAcceptor(system.clock);
  // The number of sockets is bounded where they are upgraded.
  const limit = new SocketLimit(Infinity);
  let sessions: AcceptedSessions | undefined;
  let refused = 0;
  let isOpen = true;
  const running = startListener<SocketsMessage>(
    system,
    `session server ${prefix}`,
    acceptor,
    (slot) =>
      socketsActor({
        settings,
        slot,
        limit,
        tokenPrefix: undefined,
        onStart: (started) => void (sessions = started),
      }),
  );
  const { closed } = running;
  closed.then(() => isOpen = false);

  function respond(
    request: Request,
    info: SessionRequestInfo,
  ): Response | Promise<Response> {
    // Deno makes the address of `Host`, even if that is not a host.
    const url = URL.parse(request.url);
    if (url === null) {
      return textResponse(400, "Host must be a name or address");
    }
    const { pathname, host } = url;
    const isSocket = pathname === prefix || `${pathname}/` === prefix;
    const refusal = whyRefused(settings, request.headers, host, isSocket);
    if (refusal !== undefined) return textResponse(403, refusal);
    if (pathname === `${prefix}${CLIENT_NAME}`) {
      return respondWithClient(request);
    }
    if (!isSocket) return textResponse(404, "There is no such file");
    if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
      return textResponse(
        426,
        "Cannot serve the request: it is not for a WebSocket",
        {
          upgrade: "websocket",
        },
      );
    }
    if (!isOpen) return textResponse(503, "The server of sessions is closed");
    if (acceptor.open >= maxSockets) {
      const why =
        `${acceptor.open} sockets are open, maxSockets allows no more`;
      return textResponse(503, why, { "retry-after": "1" });
    }
    return upgrade(request, info);
  }

  function upgrade(request: Request, info: SessionRequestInfo): Response {
    // The request is gone when the application is asked.
    const about = aboutSocket(settings, {
      url: request.url,
      headers: new Headers(request.headers),
    }, info);
    let upgraded: Deno.WebSocketUpgrade;
    try {
      upgraded = Deno.upgradeWebSocket(request, { idleTimeout: IDLE_S });
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      return textResponse(400, error.message);
    }
    acceptor.add(upgraded.socket, about);
    return upgraded.response;
  }

  const close = (): Promise<void> => {
    isOpen = false;
    running.end({ type: "close" });
    return closed;
  };
  return {
    async fetch(request, info = {}) {
      checkHttpRequest(request);
      const response = await respond(request, info);
      // The headers of an upgrade cannot be changed.
      if (response.status === 101) return response;
      if (response.status >= 400) refused++;
      return secured(response);
    },
    closed,
    stats: () => ({
      accepted: limit.accepted,
      refused,
      sockets: acceptor.open,
      sessions: sessions?.size ?? 0,
      resumes: sessions?.resumes ?? 0,
    }),
    inspect: () => sessions?.inspect() ?? [],
    drain: (options = {}) => drain(running, options),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Returns why a request is refused, by what it says of where it comes from. */
function whyRefused(
  { rules, acceptsWithoutOrigin }: ServeSettings,
  headers: Headers,
  host: string,
  isSocket: boolean,
): string | undefined {
  // HTTP/2 has no header `Host`, but the same in its address.
  const source = sourceOf(headers, host);
  const isProgram = source.origin === null && acceptsWithoutOrigin;
  return refusalOf(rules, source, isSocket && !isProgram ? "socket" : "api");
}

/** Responds with the client, to a page of an origin that is allowed. */
async function respondWithClient(request: Request): Promise<Response> {
  const { method, headers } = request;
  if (method !== "GET" && method !== "HEAD") {
    const allow = "GET, HEAD";
    return textResponse(405, `The method must be ${allow}`, { allow });
  }
  const response = await clientResponse(request);
  response.headers.set("vary", "origin");
  const origin = headers.get("origin");
  if (origin !== null) {
    response.headers.set("access-control-allow-origin", origin);
  }
  return method === "GET" ? response : new Response(null, response);
}

/** Returns what the sessions learn of a WebSocket. */
function aboutSocket(
  { identify }: ServeSettings,
  request: { readonly url: string; readonly headers: Headers },
  { remoteAddr }: SessionRequestInfo,
): Pick<AcceptedSocket, "remote" | "authenticate"> {
  const remote: Required<Address> = remoteAddr && "hostname" in remoteAddr
    ? { hostname: remoteAddr.hostname, port: remoteAddr.port }
    : { hostname: "", port: 0 };
  return {
    remote,
    authenticate: identify &&
      (({ credentials }) => identify(request, { credentials, remote })),
  };
}
