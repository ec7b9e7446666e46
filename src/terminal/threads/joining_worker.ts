/**
 * A worker's side of a terminal: it has sessions, opens sockets, and asks the
 * main thread about everything that the whole program decides.
 *
 * @module
 */
import { MailboxFullError } from "../../actor/mod.ts";
import { checkObject, checkString } from "../../checks/internal.ts";
import {
  Channel,
  type ChannelAskOptions,
  requestLock,
} from "../../cores/internal.ts";
import type { Core } from "../../cores/mod.ts";
import { CoreRequestError } from "../../cores/internal.ts";
import { openTerminalOf } from "../../pty/internal.ts";
import type { PtySession } from "../../pty/mod.ts";
import { refusalOf, sourceOf } from "../../web/internal.ts";
import type { RequestInfo } from "../access/access.ts";
import { readHandshake } from "../access/admission.ts";
import type { CommandRequest } from "../access/command_policy.ts";
import {
  type Grant,
  newGrant,
  revocationOf,
  type RevokeTarget,
} from "../access/grant_rules.ts";
import { checkRequest } from "../arguments.ts";
import { isSocketPath, parseAttachUrl } from "../attach/attach_request.ts";
import { refuse, STOPPING } from "../attach/close_socket.ts";
import { openSocket } from "../attach/open_socket.ts";
import { Problem } from "../http/problem.ts";
import { readBytes } from "../http/json_body.ts";
import { respond } from "../http/respond.ts";
import type { TerminalStats } from "../metrics.ts";
import type { TerminalSession } from "../sessions.ts";
import { type HostOptions, TerminalHost } from "../terminal_host.ts";
import {
  ADMIT,
  CALL_SESSION,
  CHECK_SOCKET,
  CLOSE,
  FETCH,
  type ForwardedRequest,
  JOIN,
  LOGIN_ENDED,
  LOGIN_STARTED,
  PASS_CLOSED,
  PASS_ENDED,
  REAUTHORIZE,
  REVOKE,
  SESSION_ENDED,
  SESSION_EXITED,
  SESSION_STARTED,
  type SocketDecision,
  START,
  TAKE_SOCKET,
  THREAD_GONE,
  TICKET,
  WELCOME,
  type Welcome,
} from "./calls.ts";
import { assertForwardable, forwarded, responseOf } from "./forwarded.ts";
import { KnownLogins } from "./known_logins.ts";
import { outcomeOf, valueOf } from "./outcome.ts";
import { callSession } from "./session_calls.ts";
import { counterMemory, countersIn } from "./shared_counters.ts";
import type { TerminalWorker } from "./terminal_worker.ts";
import { ThreadSockets } from "./thread_sockets.ts";

/** The part of one worker, which joins the terminal of the main thread. */
export class JoiningWorker implements TerminalWorker {
  readonly fetch: TerminalWorker["fetch"];
  readonly #host: TerminalHost;
  readonly #sockets: ThreadSockets;
  /** The channel to the terminal of the main thread. */
  readonly #main: Channel;
  /** What the main thread has said; `undefined` until then. */
  #welcome: Welcome | undefined;
  readonly #welcomed = Promise.withResolvers<Welcome>();
  /** The logins that there are, so that nobody else can open a socket. */
  readonly #logins = new KnownLogins();
  /** What ends the attachments of admitted sockets, by their passes. */
  readonly #passes = new Map<string, AbortController>();
  /** Releases the lock that says that this worker serves. */
  readonly #left = Promise.withResolvers<void>();
  #isClosed = false;
  readonly #stopped: Promise<void>;

  constructor(core: Core, options: HostOptions) {
    const memory = counterMemory();
    const { system } = core;
    this.#host = new TerminalHost(system, options, countersIn(memory));
    this.#sockets = new ThreadSockets(this.#host, system.clock);
    const { port1, port2: port } = new MessageChannel();
    this.#main = new Channel(port1, {
      clock: system.clock,
      from: -1,
      peer: "the terminal of the main thread",
    });
    this.#handle();
    // Bound, as it serves as a callback.
    this.fetch = (request, info) =>
      respond(request, () => this.#route(request, info));
    this.#welcomed.promise.catch(() => {});
    void this.#join(core, port, memory);
    this.#stopped = this.#host.ended.then(async () => {
      this.#isClosed = true;
      await Promise.all([this.#sockets.close(), this.#host.stopped]);
      this.#main.close(closed());
      this.#welcomed.reject(closed());
      this.#left.resolve();
    });
  }

  async #join(
    core: Core,
    port: MessagePort,
    counters: SharedArrayBuffer,
  ): Promise<void> {
    const lock = `troupe.terminal.${crypto.randomUUID()}`;
    const held = Promise.withResolvers<void>();
    void requestLock(lock, () => {
      held.resolve();
      return this.#left.promise;
    });
    await held.promise;
    const transfer: ChannelAskOptions = { transfer: [port] };
    try {
      await core.ask(JOIN, { port, lock, counters }, transfer);
    } catch (error) {
      this.#main.close(
        error instanceof CoreRequestError
          ? new CoreRequestError(
            `Cannot serve the terminal of the main thread: ${error.message}; give cores() the option handlers: [terminal.handler]`,
            { cause: error },
          )
          : new Error("Cannot serve the terminal", { cause: error }),
      );
      this.#welcomed.reject(error);
    }
  }

  async start(request: CommandRequest = {}): Promise<PtySession> {
    checkRequest(request);
    return (await this.#start(request)).pty;
  }

  async ticket(grant: Grant): Promise<string> {
    newGrant(grant);
    return valueOf(await this.#main.ask(TICKET, grant));
  }

  async revoke(target: RevokeTarget, why?: string): Promise<number> {
    if (why !== undefined) checkString("why", why);
    checkObject("target", target, "{ login, user, session }");
    revocationOf(target);
    return await this.#main.ask(REVOKE, { target, why });
  }

  async reauthorize(why?: string): Promise<number> {
    if (why !== undefined) checkString("why", why);
    return await this.#main.ask(REAUTHORIZE, why, { timeoutMs: Infinity });
  }

  stats(): TerminalStats {
    const { sessions, counters } = this.#host;
    const { attachments, recordings, ...totals } = counters;
    return {
      sessions: sessions.size,
      endedSessions: sessions.all.length - sessions.size,
      attachments,
      logins: 0,
      recordings,
      ...totals,
    };
  }

  close(): Promise<void> {
    this.#isClosed = true;
    void this.#sockets.close();
    void this.#host.stop();
    return this.#stopped;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Starts a session, and returns it when all threads list it. */
  async #start(request: CommandRequest): Promise<TerminalSession> {
    const session = await this.#host.start(request);
    const { command, createdAt, graceMs, pty } = session;
    const { id } = pty;
    try {
      const snapshot = await callSession(this.#host.sessions, {
        session: id,
        action: { type: "inspect" },
      });
      const terminal = openTerminalOf(snapshot?.pid ?? -1);
      await this.#main.ask(SESSION_STARTED, {
        id,
        command,
        createdAt,
        graceMs,
        terminal,
        snapshot,
      });
    } catch (error) {
      await pty.close();
      throw error;
    }
    void pty.exited.then(() =>
      this.#main.tell(SESSION_EXITED, { id, at: new Date() })
    );
    void pty.ended.then(() => this.#main.tell(SESSION_ENDED, id));
    return session;
  }

  // What the main thread says.

  #handle(): void {
    for (
      const handled of [
        WELCOME.handledBy((welcome) => {
          this.#welcome = welcome;
          this.#host.serverId = welcome.serverId;
          for (const login of welcome.logins) this.#logins.add(login);
          this.#welcomed.resolve(welcome);
        }),
        LOGIN_STARTED.handledBy((login) => this.#logins.add(login)),
        LOGIN_ENDED.handledBy((id) => this.#logins.remove(id)),
        PASS_ENDED.handledBy(({ pass, why }) =>
          this.#passes.get(pass)?.abort(why)
        ),
        THREAD_GONE.handledBy((thread) => this.#sockets.threadGone(thread)),
        START.handledBy((request) =>
          outcomeOf(async () => (await this.#start(request)).pty.id)
        ),
        CLOSE.handledBy(() => this.close()),
        CALL_SESSION.handledBy((call) =>
          outcomeOf(() => callSession(this.#host.sessions, call))
        ),
        TAKE_SOCKET.handledBy((taken) => {
          const { signal: ended } = this.#open(taken.pass);
          void this.#sockets.take(taken, { ended })
            .then(() => this.#release(taken.pass));
        }),
      ]
    ) this.#main.handle(handled);
  }

  #open(pass: string): AbortController {
    const controller = new AbortController();
    this.#passes.set(pass, controller);
    return controller;
  }

  #release(pass: string): void {
    this.#passes.delete(pass);
    this.#main.tell(PASS_CLOSED, pass);
  }

  // Requests.

  #route(
    request: Request,
    info: RequestInfo | undefined,
  ): Response | Promise<Response> {
    if (this.#isClosed) throw closed();
    // With an invalid Host header the URL is invalid.
    const pathname = URL.parse(request.url)?.pathname;
    if (pathname === undefined) {
      throw new Problem("bad_request", "The Host header is invalid");
    }
    return isSocketPath(pathname)
      ? this.#routeSocket(request, info)
      : this.#forward(request, info);
  }

  async #forward(
    request: Request,
    info: RequestInfo | undefined,
  ): Promise<Response> {
    const { maxBodyBytes } = await this.#welcomed.promise;
    assertForwardable(request);
    const body = request.method === "POST"
      ? await readBytes(request, maxBodyBytes)
      : undefined;
    try {
      // The application may take any time to decide, and a program to end.
      const response = await this.#main.ask(
        FETCH,
        forwarded(request, info, body),
        { timeoutMs: Infinity },
      );
      return responseOf(response);
    } catch (error) {
      if (!(error instanceof MailboxFullError)) throw error;
      throw new Problem("full", "Too many requests wait for the main thread");
    }
  }

  /**
   * Opens a socket for a login that this worker knows, at once: a browser that
   * leaves before the response leaves a socket that never closes. Only a login
   * that is newer than what this worker knows has to wait for the main thread.
   */
  #routeSocket(
    request: Request,
    info: RequestInfo | undefined,
  ): Response | Promise<Response> {
    const welcome = this.#welcome;
    if (welcome === undefined) {
      return this.#welcomed.promise.then(() =>
        this.#routeSocket(request, info)
      );
    }
    const { counters } = this.#host;
    try {
      const { headers } = request;
      const refusal = refusalOf(welcome.origin, sourceOf(headers), "socket");
      if (refusal !== undefined) {
        counters.originsRefused++;
        throw new Problem("wrong_origin", refusal);
      }
      this.#host.assertFree();
      const { sessionId } = readHandshake(request);
      const source = forwarded(request, info);
      if (this.#logins.know(headers)) {
        return this.#upgrade(request, source, sessionId);
      }
      return this.#main.ask(CHECK_SOCKET, source).then((outcome) => {
        valueOf(outcome);
        return this.#upgrade(request, source, sessionId);
      });
    } catch (error) {
      counters.handshakesRefused++;
      throw error;
    }
  }

  #upgrade(
    request: Request,
    source: ForwardedRequest,
    sessionId: string,
  ): Response {
    const { socket, early, response } = openSocket(request);
    this.#host.count(socket);
    void this.#serve(socket, early, source, sessionId);
    return response;
  }

  async #serve(
    socket: WebSocket,
    early: unknown[],
    request: ForwardedRequest,
    sessionId: string,
  ): Promise<void> {
    const pass = crypto.randomUUID();
    const session = this.#host.sessions.get(sessionId);
    const { signal: ended } = this.#open(pass);
    const { port1, port2: port } = new MessageChannel();
    let decision: SocketDecision;
    try {
      const isOwn = session !== undefined;
      decision = await this.#main.ask(
        ADMIT,
        { request, pass, port: isOwn ? undefined : port },
        { timeoutMs: Infinity, transfer: isOwn ? [] : [port] },
      );
    } catch {
      decision = { type: "refuse", error: STOPPING };
    }
    if (decision.type === "relay") {
      this.#passes.delete(pass);
      return this.#sockets.relay(socket, port1, early, decision.owner);
    }
    port1.close();
    if (decision.type === "refuse" || session === undefined) {
      this.#passes.delete(pass);
      return refuse(
        socket,
        decision.type === "refuse" ? decision.error : STOPPING,
      );
    }
    const { role, viewer } = decision;
    const ledger = session.ledgerOf(viewer, role);
    const { clientId = "", name = "", offset } =
      parseAttachUrl(new URL(request.url)) ?? {};
    const viewed = { clientId, name, offset };
    const admission = { ...viewed, session, role, ledger, pass: { ended } };
    await this.#host.attach(socket, early, admission);
    this.#release(pass);
  }
}

function closed(): Problem {
  return new Problem("closed", "The server was closed");
}
