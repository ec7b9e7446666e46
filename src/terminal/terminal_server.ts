/**
 * The terminal server: a fetch handler, with its sessions and sockets as
 * actors.
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
import { resolvePtyLimits } from "../pty/internal.ts";
import { type PtySession, ptySupervisor, spawnPty } from "../pty/mod.ts";
import { Access, type RequestInfo } from "./access/access.ts";
import { type Admission, admit } from "./access/admission.ts";
import { callApi, isApiPath } from "./http/api.ts";
import { attachmentActor } from "./attach/attachment_actor.ts";
import { commandFor, type CommandRequest } from "./access/command_policy.ts";
import { TerminalCounters, type TerminalStats } from "./metrics.ts";
import {
  resolveServeTerminalOptions,
  type ServeTerminalOptions,
} from "./options.ts";
import { Problem, problemOf } from "./http/problem.ts";
import { SUBPROTOCOL } from "./attach/protocol.ts";
import { Recordings } from "./recording/recordings.ts";
import { type TerminalSession, TerminalSessions } from "./sessions.ts";
import { secured } from "../web/internal.ts";
import { staticFile } from "./http/static_files.ts";
import type { Grant } from "./access/tickets.ts";

/** A terminal server. */
export interface TerminalServer extends AsyncDisposable {
  /**
   * Answers a request below the prefix: give it to `Deno.serve`, or call it
   * from a router. Sockets need a request of `Deno.serve` itself.
   */
  readonly fetch: (request: Request, info?: RequestInfo) => Promise<Response>;
  /**
   * Starts a session, as a request would.
   *
   * Rejects with a `PtyError`, a `RecordingError` when its recording cannot be
   * opened, or a `Problem` for what is not allowed.
   */
  start(request?: CommandRequest): Promise<PtySession>;
  /**
   * Makes a ticket, which lets one browser in, once. Put it after the `#` of
   * a link to the prefix, as `#ticket=…`: that part is sent nowhere.
   */
  ticket(grant: Grant): string;
  /** Numbers of this server. */
  stats(): TerminalStats;
  /** Ends all sessions and sockets; resolves when recordings are written. */
  close(): Promise<void>;
}

/** Seconds of silence after which a browser is asked for a sign of life. */
const PING_S = 30;
/** What may wait in a socket beside the output that is not acknowledged. */
const MAX_CONTROL_BYTES = 262_144;

/**
 * Serves terminals, as actors of `system`.
 *
 * @throws {RangeError} when a number of the options makes no sense.
 * @throws {TypeError} when something else of them does not.
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
 * const ticket = shells.ticket({ role: "control", session: undefined });
 * console.log(`http://127.0.0.1:${server.addr.port}/#ticket=${ticket}`);
 * // For as long as it is to serve: `await server.finished`. At the end, the
 * // terminal goes first, for it tells the viewers.
 * await shells.close();
 * await server.shutdown();
 * ```
 */
export function serveTerminal(
  system: ActorSystem,
  options: ServeTerminalOptions = {},
): TerminalServer {
  const resolved = resolveServeTerminalOptions(options);
  const { windowBytes } = resolvePtyLimits(options);
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
    behavior: ptySupervisor(options),
    shutdownMs: Infinity,
  });
  const sockets = child({
    name: "sockets",
    behavior: supervisor({ strategy: "dynamic" }),
  });
  const boss: SupervisorRef = system.spawn(
    supervisor({ children: [ptys, sockets] }),
  );
  const stopped = boss.stopped.then(() => {
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
      async () => spawnPty(await findChild(boss, ptys), { ...spec, id }),
    );
    counters.sessionsStarted++;
    return sessions.add(session, command, createdAt);
  }

  function admitted(request: Request): Admission {
    try {
      if (attachments < resolved.maxAttachments) {
        return admit({ access, sessions }, request);
      }
      throw new Problem("full", `${attachments} sockets are open`);
    } catch (error) {
      counters.handshakesRefused++;
      throw error;
    }
  }

  /**
   * Opens the socket of a viewer, and hands it to an actor. The answer waits
   * for nothing: of a browser that leaves before it, Deno tells nobody, and
   * keeps the socket for ever.
   */
  function open(request: Request): Response {
    const admission = admitted(request);
    const { login } = admission;
    const { socket, response } = upgrade(request);
    attachments++;
    // Not with the actor: a browser that is frozen keeps its socket for longer.
    socket.addEventListener("close", () => attachments--, { once: true });
    const early: unknown[] = [];
    socket.onmessage = ({ data }) => void early.push(data);
    login.viewers++;
    const gone = (): void => {
      login.viewers--;
      login.usedAt = system.clock.now();
    };
    findChild(boss, sockets).then((viewers) =>
      startChild(viewers, {
        restart: "temporary",
        behavior: attachmentActor({
          socket,
          early,
          admission,
          counters,
          silenceMs: resolved.silenceMs,
          maxBufferedBytes: windowBytes + MAX_CONTROL_BYTES,
        }),
      })
    ).then((ref) => void ref.stopped.then(gone), () => {
      // The server ends.
      gone();
      socket.onopen = () => socket.close();
      if (socket.readyState === WebSocket.OPEN) socket.close();
    });
    return response;
  }

  const stats = (): TerminalStats => ({
    sessions: sessions.size,
    attachments,
    logins: access.logins.size,
    recordings: recordings.size,
    ...counters,
  });
  const api = {
    access,
    sessions,
    maxBodyBytes: resolved.maxBodyBytes,
    start,
    stats,
  };

  async function answer(
    request: Request,
    info: RequestInfo | undefined,
  ): Promise<Response> {
    // A host that is none makes an address that is none.
    const pathname = URL.parse(request.url)?.pathname;
    if (pathname === undefined) {
      throw new Problem("bad_request", "The host is none");
    }
    const path = pathname.startsWith(resolved.prefix)
      ? pathname.slice(resolved.prefix.length)
      : undefined;
    const kind = path === undefined ? "page" : kindOf(path);
    access.checkOrigin(request.headers, kind);
    if (path === undefined) throw new Problem("not_found", "No such page");
    if (closed) throw new Problem("closed", "It was closed");
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
    try {
      const response = await answer(request, info);
      // What upgrades has no headers of ours.
      return response.status === 101 ? response : secured(response);
    } catch (error) {
      const problem = problemOf(error);
      if (problem === undefined) {
        console.error("The terminal server has failed:", error);
      }
      const shown = problem ?? new Problem("failed", "See the server's log");
      return secured(shown.toResponse());
    }
  }

  const close = (): Promise<void> => {
    closed = true;
    boss.stop();
    return stopped;
  };
  return {
    fetch: handle,
    start: async (request = {}) => (await start(request)).pty,
    ticket: (grant) => access.tickets.issue(grant),
    stats,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** @throws {Problem} when the request for an upgrade is wrong. */
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
