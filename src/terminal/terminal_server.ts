/**
 * The terminal server: a fetch handler, whose sessions and sockets are actors.
 *
 * @module
 */
import {
  type ActorSystem,
  child,
  findChild,
  startChild,
  supervisor,
  type SupervisorRef,
} from "../actor/mod.ts";
import { type PtySession, ptySupervisor, spawnPty } from "../pty/mod.ts";
import { Access, type RequestInfo } from "./access/access.ts";
import { admit, checkHandshake, type Handshake } from "./access/admission.ts";
import { checkRequest } from "./arguments.ts";
import { checkMethods, checkString } from "../checks/internal.ts";
import { callApi, isApiPath } from "./http/api.ts";
import { attachmentActor } from "./attach/attachment_actor.ts";
import { commandFor, type CommandRequest } from "./access/command_policy.ts";
import { TerminalCounters, type TerminalStats } from "./metrics.ts";
import {
  resolveServeTerminalOptions,
  type ServeTerminalOptions,
} from "./options.ts";
import { Problem, problemOf } from "./http/problem.ts";
import { MAX_EARLY, SUBPROTOCOL } from "./attach/protocol.ts";
import {
  FORBIDDEN,
  refuse,
  STOPPING,
  TOO_EARLY,
} from "./attach/close_socket.ts";
import { Recordings } from "./recording/recordings.ts";
import { type TerminalSession, TerminalSessions } from "./sessions.ts";
import { checkHttpRequest, secured } from "../web/internal.ts";
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
   * Starts a session, as a request to the API does.
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
  /** Returns the present numbers of the server. */
  stats(): TerminalStats;
  /** Ends all sessions and sockets; resolves when all recordings are written. */
  close(): Promise<void>;
}

/** Seconds of silence after which Deno pings a browser. */
const PING_S = 30;
/** Bytes that may wait in a socket besides unacknowledged output. */
const MAX_CONTROL_BYTES = 262_144;

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
  const { limits, maxSessions, maxEndedSessions, maxEndedBytes } = resolved;
  const counters = new TerminalCounters();
  const access = new Access(resolved, system.clock, counters);
  const sessions = new TerminalSessions();
  const recordings = new Recordings({
    open: resolved.record,
    counters,
    clock: system.clock,
  });
  let attachments = 0;
  let closed = false;

  const ptys = child({
    name: "sessions",
    behavior: ptySupervisor({
      ...limits,
      maxSessions,
      maxEndedSessions,
      maxEndedBytes,
    }),
    shutdownMs: Infinity,
  });
  const sockets = child({
    name: "sockets",
    behavior: supervisor({ strategy: "dynamic" }),
  });
  const root: SupervisorRef = system.spawn(
    supervisor({ children: [ptys, sockets] }),
  );
  const stopped = root.stopped.then(() => {
    closed = true;
    access.logins.close();
    return recordings.finished();
  });

  async function start(request: CommandRequest): Promise<TerminalSession> {
    const spec = await commandFor(resolved.rules, request);
    const id = crypto.randomUUID();
    const command = request.command ?? resolved.rules.commands[0]?.name ?? "";
    const createdAt = new Date();
    const session = await recordings.start(
      { id, command, createdAt },
      async () => spawnPty(await findChild(root, ptys), { ...spec, id }),
    );
    counters.sessionsStarted++;
    return sessions.add(session, command, createdAt);
  }

  function assertFree(): void {
    if (attachments < resolved.maxAttachments) return;
    throw new Problem(
      "full",
      `${attachments} sockets are open, maxAttachments allows no more`,
    );
  }

  function assertOpen(): void {
    if (closed) throw new Problem("closed", "The server was closed");
  }

  function handshakeOf(request: Request): Handshake {
    try {
      assertFree();
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
    const { socket, response } = upgrade(request);
    attachments++;
    // The actor may stop earlier: a frozen browser keeps its socket for longer.
    socket.addEventListener("close", () => attachments--, { once: true });
    void serve(socket, handshake);
    return response;
  }

  async function serve(socket: WebSocket, handshake: Handshake): Promise<void> {
    const early: unknown[] = [];
    socket.onmessage = ({ data }) => {
      if (early.push(data) > MAX_EARLY) refuse(socket, TOO_EARLY);
    };
    const { login } = handshake;
    const admission = await admit(access, handshake);
    if (admission === undefined) {
      counters.handshakesRefused++;
      return refuse(socket, FORBIDDEN);
    }
    const onGone = (): void => {
      login.remove(admission.pass);
      login.usedAt = system.clock.now();
    };
    try {
      const ref = await startChild(await findChild(root, sockets), {
        restart: "temporary",
        behavior: attachmentActor({
          socket,
          early,
          admission,
          counters,
          silenceMs: resolved.silenceMs,
          maxBufferedBytes: limits.windowBytes + MAX_CONTROL_BYTES,
        }),
      });
      void ref.stopped.then(onGone);
    } catch {
      onGone();
      refuse(socket, STOPPING);
    }
  }

  const stats = (): TerminalStats => ({
    sessions: sessions.size,
    endedSessions: sessions.all.length - sessions.size,
    attachments,
    logins: access.logins.size,
    recordings: recordings.size,
    ...counters,
  });
  const api = {
    access,
    sessions,
    maxBodyBytes: resolved.maxBodyBytes,
    graceMs: limits.graceMs,
    start,
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

  async function handle(
    request: Request,
    info?: RequestInfo,
  ): Promise<Response> {
    checkHttpRequest(request);
    try {
      const response = await route(request, info);
      // The headers of an upgrade cannot be changed.
      return response.status === 101 ? response : secured(response);
    } catch (error) {
      const problem = problemOf(error);
      if (problem === undefined) {
        console.error("The terminal server failed:", error);
      }
      const shown = problem ??
        new Problem("failed", "See the log of the server");
      return secured(shown.toResponse());
    }
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

  const close = (): Promise<void> => {
    closed = true;
    root.stop();
    return stopped;
  };
  return {
    fetch: handle,
    start: async (request = {}) => {
      checkRequest(request);
      return (await start(request)).pty;
    },
    ticket,
    revoke: (target, why = "Your access was revoked") =>
      access.revoke(target, whyOf(why)),
    reauthorize: (why = "You may not see this any longer") =>
      access.reauthorize(whyOf(why)),
    stats,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Checks the reason that a viewer reads. */
function whyOf(why: string): string {
  checkString("why", why);
  return why;
}

/** @throws {Problem} if the request for an upgrade is invalid. */
function upgrade(request: Request): Deno.WebSocketUpgrade {
  try {
    return Deno.upgradeWebSocket(request, {
      protocol: SUBPROTOCOL,
      idleTimeout: PING_S,
    });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new Problem("bad_request", error.message);
  }
}

function kindOf(path: string): "page" | "api" | "socket" {
  if (/^sessions\/[^/]+\/attach$/.test(path)) return "socket";
  return isApiPath(path) ? "api" : "page";
}
