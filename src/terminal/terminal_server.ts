/**
 * The terminal server: a fetch handler, whose sessions and sockets are actors.
 *
 * @module
 */
import type { ActorSystem } from "../actor/mod.ts";
import type { HandledTopic } from "../cores/mod.ts";
import type { PtySession } from "../pty/mod.ts";
import { Access, type RequestInfo } from "./access/access.ts";
import {
  admit,
  checkHandshake,
  type Handshake,
  viewerOf,
} from "./access/admission.ts";
import { checkRequest } from "./arguments.ts";
import { checkMethods, checkString } from "../checks/internal.ts";
import { callApi, isApiPath } from "./http/api.ts";
import type { CommandRequest } from "./access/command_policy.ts";
import { TerminalCounters, type TerminalStats } from "./metrics.ts";
import {
  resolveServeTerminalOptions,
  type ServeTerminalOptions,
} from "./options.ts";
import { Problem } from "./http/problem.ts";
import { respond } from "./http/respond.ts";
import { FORBIDDEN, refuse } from "./attach/close_socket.ts";
import { openSocket } from "./attach/open_socket.ts";
import {
  inspectTerminals,
  type TerminalSnapshot,
} from "./inspect_terminals.ts";
import { TerminalSession } from "./sessions.ts";
import { TerminalHost } from "./terminal_host.ts";
import { WorkerSession } from "./threads/joined_worker.ts";
import { ThreadHub } from "./threads/thread_hub.ts";
import { staticFile } from "./http/static_files.ts";
import {
  ALL_SESSIONS,
  type Grant,
  type HeldGrant,
  type RevokeTarget,
} from "./access/grant_rules.ts";

/** A terminal server, as its owner holds it. */
export interface TerminalServer extends AsyncDisposable {
  /**
   * Handles a request below the prefix: pass it to `Deno.serve`, or call it from
   * a router. Sockets need a request of `Deno.serve` itself.
   */
  readonly fetch: (request: Request, info?: RequestInfo) => Promise<Response>;
  /**
   * For the option `handlers` of `cores()`: with it, workers that call
   * `serveTerminalWorker` serve this terminal as well, with the same logins and
   * one list of sessions.
   */
  readonly handler: HandledTopic;
  /**
   * Starts a session in this thread, as a request to the API does. With workers,
   * the API starts sessions in the worker that runs the fewest.
   *
   * @throws {TypeError} if a part of the request is not known or invalid.
   * @throws {Problem} if the command, an argument or the directory is not
   * allowed.
   * @throws {PtyError} if the program cannot be started, or there are too many
   * sessions.
   * @throws {RecordingError} if the recording cannot be opened.
   */
  start(request?: CommandRequest): Promise<PtySession>;
  /**
   * Makes a ticket, which gives one browser access, once. Put it after the `#` of
   * a link to the prefix, as `#ticket=…`: browsers do not send that part.
   *
   * @throws {TypeError} if the role, the session or another part is invalid.
   * @throws {Problem} if the session does not exist.
   */
  ticket(grant: Grant): string;
  /**
   * Revokes what a login, a user or everybody in a session is allowed, or every
   * grant for which a function returns `true`: at once, unused tickets and
   * invitations included. Sockets that depend on it are closed with the code
   * 4003 (UNAUTHORIZED), and the page shows `why`, by default "Your access was
   * revoked". A new ticket gives access again. Returns the number of grants and
   * unused tickets that were revoked: 0 if nothing matched.
   *
   * @throws {TypeError} if the target is empty, or a part of it is invalid.
   */
  revoke(
    target: RevokeTarget | ((grant: HeldGrant) => boolean),
    why?: string,
  ): number;
  /**
   * Asks the option `authorize` again about every open socket, and closes those
   * that it refuses with the code 4003 (UNAUTHORIZED): call it when what users
   * may do has changed. Resolves to the number of sockets that were closed.
   */
  reauthorize(why?: string): Promise<number>;
  /** Returns the present numbers of the server, its workers included. */
  stats(): TerminalStats;
  /**
   * Returns the terminals as they are now, those of workers included, without
   * what is on them: for the option `terminals` of `serveMetrics`.
   */
  inspect(): Promise<readonly TerminalSnapshot[]>;
  /** Ends all sessions and sockets; resolves when all recordings are written. */
  close(): Promise<void>;
}

/**
 * Serves terminals to browsers, as actors of `system`.
 *
 * @param options May be left out; each option has its default.
 * @throws {RangeError} if a number in the options is out of its range.
 * @throws {TypeError} if another option is invalid.
 *
 * @example
 * ```ts
 * import { ActorSystem } from "@troupe/troupe";
 * import { serveTerminal } from "@troupe/troupe/terminal";
 *
 * await using system = new ActorSystem();
 * await using shells = serveTerminal(system);
 * const server = Deno.serve(
 *   { hostname: "127.0.0.1", port: 0 },
 *   shells.fetch,
 * );
 * const ticket = shells.ticket({ role: "control", session: "all" });
 * console.log(`http://127.0.0.1:${server.addr.port}/#ticket=${ticket}`);
 * // A program that serves for ever waits here: `await server.finished`.
 * // Close the terminal before the server, so that it can notify its viewers.
 * await shells.close();
 * await server.shutdown();
 * ```
 */
export function serveTerminal(
  system: ActorSystem,
  options: ServeTerminalOptions = {},
): TerminalServer {
  checkMethods("system", system, ["tree", "spawn"], "an ActorSystem");
  const resolved = resolveServeTerminalOptions(options);
  const counters = new TerminalCounters();
  const access = new Access(resolved, system.clock, counters);
  const host = new TerminalHost(system, resolved, counters);
  host.serverId = access.serverId;
  let closed = false;
  const hub = new ThreadHub({
    system,
    options: resolved,
    access,
    host,
    fetch: handle,
    ticket,
    revoke,
    reauthorize,
  });
  const { sessions } = hub;
  const stopped = host.ended.then(async () => {
    closed = true;
    await hub.close();
    access.logins.close();
    await host.stopped;
  });

  function assertOpen(): void {
    if (closed) throw new Problem("closed", "The server was closed");
  }

  function handshakeOf(request: Request): Handshake {
    try {
      host.assertFree();
      return checkHandshake({ access, sessions }, request);
    } catch (error) {
      counters.handshakesRefused++;
      throw error;
    }
  }

  /**
   * Opens the socket of a viewer for an actor. The response waits for nothing,
   * not even the application: if the browser leaves before it, Deno reports
   * nothing and keeps the socket for ever.
   */
  function open(request: Request): Response {
    const handshake = handshakeOf(request);
    const { socket, early, response } = openSocket(request);
    host.count(socket);
    void serve(socket, early, handshake);
    return response;
  }

  async function serve(
    socket: WebSocket,
    early: unknown[],
    handshake: Handshake,
  ): Promise<void> {
    const { login, session, clientId, name, offset } = handshake;
    const pass = await admit(access, handshake);
    if (pass === undefined) {
      counters.handshakesRefused++;
      return refuse(socket, FORBIDDEN);
    }
    const { role } = pass.request;
    const viewer = viewerOf(handshake);
    if (session instanceof WorkerSession) {
      return hub.relay(socket, early, session, pass, handshake);
    }
    if (session instanceof TerminalSession) {
      const ledger = session.ledgerOf(viewer, role);
      const viewed = { clientId, name, offset };
      const admission = { ...viewed, session, role, ledger, pass };
      await host.attach(socket, early, admission);
    }
    login.remove(pass);
    login.usedAt = system.clock.now();
  }

  function stats(): TerminalStats {
    const { all, size } = sessions;
    const { attachments, recordings, ...totals } = hub.counters;
    return {
      sessions: size,
      endedSessions: all.length - size,
      attachments,
      logins: access.logins.size,
      recordings,
      ...totals,
    };
  }

  const api = {
    access,
    sessions,
    maxBodyBytes: resolved.maxBodyBytes,
    graceMs: resolved.limits.graceMs,
    commands: resolved.rules.commands.map(({ name }) => name),
    start: (request: CommandRequest) => hub.start(request),
    stats,
  };

  async function route(
    request: Request,
    info: RequestInfo | undefined,
  ): Promise<Response> {
    // With an invalid Host header the URL is invalid.
    const pathname = URL.parse(request.url)?.pathname;
    if (pathname === undefined) {
      throw new Problem("bad_request", "The Host header is invalid");
    }
    const path = pathname.startsWith(resolved.prefix)
      ? pathname.slice(resolved.prefix.length)
      : undefined;
    const kind = path === undefined ? "page" : kindOf(path);
    access.checkOrigin(request.headers, kind);
    if (path === undefined) throw new Problem("not_found", "No such page");
    assertOpen();
    const limit = (): void => access.checkRate(request, info);
    switch (kind) {
      case "socket":
        limit();
        return open(request);
      case "api":
        return await callApi(api, request, path, limit);
      case "page":
        return await staticFile(request, path);
      default:
        return kind satisfies never;
    }
  }

  function handle(request: Request, info?: RequestInfo): Promise<Response> {
    return respond(request, () => route(request, info));
  }

  function ticket(grant: Grant): string {
    const text = access.ticket(grant);
    const { session } = grant;
    if (session === ALL_SESSIONS || sessions.get(session)) return text;
    access.tickets.redeem(text);
    throw new Problem(
      "not_found",
      `There is no session ${JSON.stringify(session)}: use its id, or "all"`,
    );
  }

  function revoke(
    target: RevokeTarget | ((grant: HeldGrant) => boolean),
    why: string = "Your access was revoked",
  ): number {
    return access.revoke(target, whyOf(why));
  }

  function reauthorize(
    why: string = "You may not see this any longer",
  ): Promise<number> {
    return access.reauthorize(whyOf(why));
  }

  const close = (): Promise<void> => {
    closed = true;
    void hub.close();
    void host.stop();
    return stopped;
  };
  return {
    fetch: handle,
    handler: hub.handler,
    start: async (request = {}) => {
      checkRequest(request);
      return (await host.start(request)).pty;
    },
    ticket,
    revoke,
    reauthorize,
    stats,
    inspect: () => inspectTerminals(sessions.all),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Checks the reason that a viewer reads. */
function whyOf(why: string): string {
  checkString("why", why);
  return why;
}

function kindOf(path: string): "page" | "api" | "socket" {
  if (/^sessions\/[^/]+\/attach$/.test(path)) return "socket";
  return isApiPath(path) ? "api" : "page";
}
