/**
 * The terminal server: a fetch handler, with its sessions and sockets as
 * actors.
 *
 * @module
 */
import { child } from "../actor/child.ts";
import { supervisor } from "../actor/supervisor.ts";
import {
  findChild,
  startChild,
  type SupervisorRef,
} from "../actor/supervisor_calls.ts";
import type { ActorSystem } from "../actor/system.ts";
import { resolvePtyLimits } from "../pty/options.ts";
import type { PtySession } from "../pty/pty_session.ts";
import { ptySupervisor } from "../pty/supervisor.ts";
import { spawnPty } from "../pty/supervisor_calls.ts";
import { Access, type RequestInfo } from "./access.ts";
import { admit, type Handshake } from "./admission.ts";
import { callApi } from "./api.ts";
import { attachmentActor } from "./attachment.ts";
import { commandFor, type CommandRequest } from "./command_policy.ts";
import { secured } from "./headers.ts";
import { TerminalCounters, type TerminalStats } from "./metrics.ts";
import { resolveTerminalOptions, type TerminalOptions } from "./options.ts";
import { pageFile } from "./page.ts";
import { Problem, problemOf } from "./problem.ts";
import { SUBPROTOCOL } from "./protocol.ts";
import { type TerminalSession, TerminalSessions } from "./sessions.ts";
import type { Grant } from "./tickets.ts";

/** A terminal server. */
export interface Terminal extends AsyncDisposable {
  /**
   * Answers a request below the prefix: give it to `Deno.serve`, or call it
   * from a router. Sockets need a request of `Deno.serve` itself.
   */
  readonly fetch: (request: Request, info?: RequestInfo) => Promise<Response>;
  /**
   * Starts a session, as a request would.
   *
   * Rejects with a `PtyError`, or a `TroupeError` for what is not allowed.
   */
  start(request?: CommandRequest): Promise<PtySession>;
  /**
   * Makes a ticket, which lets one browser in, once. Put it after the `#` of
   * a link to the page, as `#ticket=…`: that part is sent nowhere.
   */
  ticket(grant: Grant): string;
  /** Numbers of this server. */
  stats(): TerminalStats;
  /** Ends all sessions and sockets. */
  close(): Promise<void>;
}

/** What may wait in a socket beside the output that is not acknowledged. */
const MAX_CONTROL_BYTES = 262_144;

/**
 * Serves terminals, as actors of `system`.
 *
 * @throws {RangeError} when a number of the options makes no sense.
 * @throws {TypeError} when something else of them does not.
 *
 * @example
 * ```ts ignore
 * import { ActorSystem } from "@troupe/troupe";
 * import { terminal } from "@troupe/troupe/terminal";
 *
 * await using system = new ActorSystem();
 * await using shells = terminal(system);
 * const server = Deno.serve({ hostname: "127.0.0.1", port: 8080 }, shells.fetch);
 * const ticket = shells.ticket({ role: "control", session: undefined });
 * console.log(`http://127.0.0.1:8080/#ticket=${ticket}`);
 * await server.finished;
 * ```
 */
export function terminal(
  system: ActorSystem,
  options: TerminalOptions = {},
): Terminal {
  const resolved = resolveTerminalOptions(options);
  const { windowBytes } = resolvePtyLimits(options);
  const counters = new TerminalCounters();
  const access = new Access(resolved, system.clock, counters);
  const sessions = new TerminalSessions();
  let attachments = 0;

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
  const stopped = boss.stopped.then(() => access.logins.close());

  async function start(request: CommandRequest): Promise<TerminalSession> {
    const spec = await commandFor(resolved.rules, request);
    const session = await spawnPty(await findChild(boss, ptys), spec);
    counters.sessionsStarted++;
    const name = request.command ?? resolved.rules.commands[0]?.name ?? "";
    return sessions.add(session, name);
  }

  /** Opens the socket of a viewer, and hands it to an actor. */
  async function open(request: Request, id: string): Promise<Response> {
    const handshake: Handshake = admit({ access, sessions }, request, id);
    if (attachments >= resolved.maxAttachments) {
      counters.handshakesRefused++;
      throw new Problem("full", `${attachments} sockets are open`);
    }
    const boss_ = await findChild(boss, sockets);
    const { socket, response } = Deno.upgradeWebSocket(request, {
      protocol: SUBPROTOCOL,
      idleTimeout: resolved.socketIdleS,
    });
    attachments++;
    const { promise: ready, resolve } = Promise.withResolvers<void>();
    const { login, admission } = handshake;
    if ("code" in admission) counters.handshakesRefused++;
    if (login !== undefined) login.viewers++;
    const ref = await startChild(boss_, {
      restart: "temporary",
      behavior: attachmentActor({
        socket,
        admission,
        counters,
        maxBufferedBytes: windowBytes + MAX_CONTROL_BYTES,
        ready: resolve,
      }),
    });
    ref.stopped.then(() => {
      attachments--;
      if (login === undefined) return;
      login.viewers--;
      login.usedAt = system.clock.now();
    });
    await Promise.race([ready, ref.stopped]);
    return response;
  }

  const stats = (): TerminalStats => ({
    sessions: sessions.size,
    attachments,
    logins: access.logins.size,
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
    const { pathname } = new URL(request.url);
    const path = pathname.startsWith(resolved.prefix)
      ? pathname.slice(resolved.prefix.length)
      : undefined;
    const [, socketOf] = /^api\/sessions\/([\w-]{1,64})\/socket$/
      .exec(path ?? "") ?? [];
    const isApi = path?.startsWith("api/") === true;
    const kind = socketOf !== undefined ? "socket" : isApi ? "api" : "page";
    access.checkOrigin(request.headers, kind);
    if (path === undefined) throw new Problem("not-found", "No such page");
    const limit = (): void => access.checkRate(request, info);
    if (socketOf !== undefined) {
      limit();
      return await open(request, socketOf);
    }
    if (isApi) return await callApi(api, request, path.slice(4), limit);
    return await page(request, path);
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

/** A file of the page. */
async function page(request: Request, path: string): Promise<Response> {
  if (request.method !== "GET" && request.method !== "HEAD") {
    const allow = "GET, HEAD";
    throw new Problem("wrong-method", `It takes ${allow}`, { allow });
  }
  const file = await pageFile(path);
  if (file === undefined) throw new Problem("not-found", "No such page");
  return file;
}
