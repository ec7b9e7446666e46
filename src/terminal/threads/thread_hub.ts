/**
 * The main thread's side of a terminal that workers have joined: it has the
 * logins of all, knows where each session lives, and decides about each socket.
 *
 * @module
 */
import type { ActorSystem } from "../../actor/mod.ts";
import { Channel, type CoreTopic, requestLock } from "../../cores/internal.ts";
import type { HandledTopic } from "../../cores/mod.ts";
import type { Access, RequestInfo } from "../access/access.ts";
import { type Handshake, viewerOf } from "../access/admission.ts";
import type { CommandRequest } from "../access/command_policy.ts";
import type { Grant, RevokeTarget } from "../access/grant_rules.ts";
import type { Pass } from "../access/pass.ts";
import { Problem } from "../http/problem.ts";
import { TerminalCounters } from "../metrics.ts";
import type { ResolvedServeTerminalOptions } from "../options.ts";
import type { ListedSession } from "../sessions.ts";
import type { TerminalHost } from "../terminal_host.ts";
import { AllSessions } from "./all_sessions.ts";
import {
  ADMIT,
  CHECK_SOCKET,
  CLOSE,
  FETCH,
  JOIN,
  type JoinRequest,
  LOGIN_ENDED,
  LOGIN_STARTED,
  PASS_CLOSED,
  REAUTHORIZE,
  REVOKE,
  SESSION_ENDED,
  SESSION_EXITED,
  SESSION_STARTED,
  START,
  TAKE_SOCKET,
  THREAD_GONE,
  TICKET,
  WELCOME,
} from "./calls.ts";
import { forwardedResponse, requestOf } from "./forwarded.ts";
import { JoinedWorker, WorkerSession } from "./joined_worker.ts";
import { outcomeOf, valueOf } from "./outcome.ts";
import { countersIn, sumOf } from "./shared_counters.ts";
import { SocketAdmissions } from "./socket_admissions.ts";
import { LOST_TEXT, ThreadSockets } from "./thread_sockets.ts";

/** What the main thread's server does for its workers. */
export interface ThreadHubParts {
  readonly system: ActorSystem;
  readonly options: ResolvedServeTerminalOptions;
  readonly access: Access;
  readonly host: TerminalHost;
  readonly fetch: (request: Request, info: RequestInfo) => Promise<Response>;
  readonly ticket: (grant: Grant) => string;
  readonly revoke: (target: RevokeTarget, why?: string) => number;
  readonly reauthorize: (why?: string) => Promise<number>;
}

/** The workers of one terminal, as its main thread sees them. */
export class ThreadHub {
  /** What `cores()` has to handle, so that workers can join. */
  readonly handler: HandledTopic;
  /** The sessions of all threads. */
  readonly sessions: AllSessions;
  /** The sockets of the main thread that cross to a worker, or from one. */
  readonly sockets: ThreadSockets;
  readonly #parts: ThreadHubParts;
  readonly #workers = new Set<JoinedWorker>();
  /** The counters of workers that are gone, together. */
  #past = new TerminalCounters();
  #lastId = 0;
  #closing: Promise<void> | undefined;

  constructor(parts: ThreadHubParts) {
    this.#parts = parts;
    const { access, host, system } = parts;
    this.sessions = new AllSessions(host.sessions);
    this.sockets = new ThreadSockets(host, system.clock);
    this.handler = JOIN.handledBy((request, from) => this.#join(request, from));
    access.logins.watcher = {
      started: ({ id, hash }) => this.#tellAll(LOGIN_STARTED, { id, hash }),
      ended: ({ id }) => this.#tellAll(LOGIN_ENDED, id),
    };
  }

  /** The numbers of all threads, those that are gone included. */
  get counters(): TerminalCounters {
    const { host } = this.#parts;
    const workers = [...this.#workers].map(({ counters }) => counters);
    return sumOf([host.counters, ...workers], [this.#past]);
  }

  /** Starts a session in the worker that runs the fewest, if there is one. */
  async start(request: CommandRequest): Promise<ListedSession> {
    const [worker] = [...this.#workers].sort((a, b) => a.load - b.load);
    if (worker === undefined) return await this.#parts.host.start(request);
    worker.starting++;
    try {
      const asked = worker.channel.ask(START, request, {
        timeoutMs: Infinity,
      });
      const session = this.sessions.get(valueOf(await asked));
      if (session !== undefined) return session;
      throw new Problem("ended", "The session has ended already");
    } catch (error) {
      // What it may have started is gone with it.
      if (worker.isGone) return await this.start(request);
      throw error;
    } finally {
      worker.starting--;
    }
  }

  /** Relays a socket of the main thread to the worker of its session. */
  relay(
    socket: WebSocket,
    early: readonly unknown[],
    { worker, pty: { id: session } }: WorkerSession,
    pass: Pass,
    handshake: Handshake,
  ): void {
    const { system: { clock } } = this.#parts;
    const { port1, port2: port } = new MessageChannel();
    const { login, clientId, name, offset } = handshake;
    const { role } = pass.request;
    const viewer = viewerOf(handshake);
    const id = crypto.randomUUID();
    worker.hold(id, pass, login, () => clock.now());
    if (worker.isGone) worker.releaseAll();
    const viewed = { viewer, clientId, name, offset };
    const taken = { port, from: 0, pass: id, session, role, ...viewed };
    worker.channel.tell(TAKE_SOCKET, taken, [port]);
    this.sockets.relay(socket, port1, early, worker.id);
  }

  /** Ends the sessions and sockets of all workers. */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    const closing = [...this.#workers].map(({ channel }) =>
      channel.ask(CLOSE, undefined, { timeoutMs: Infinity })
    );
    await Promise.allSettled([this.sockets.close(), ...closing]);
  }

  #tellAll<Request>(topic: CoreTopic<Request>, request: Request): void {
    for (const { channel } of this.#workers) channel.tell(topic, request);
  }

  #join({ port, lock, counters }: JoinRequest, from: number): void {
    const { system: { clock }, options, access } = this.#parts;
    if (this.#closing !== undefined) {
      port.close();
      throw new Problem("closed", "The server was closed");
    }
    const channel = new Channel(port, {
      clock,
      from,
      peer: `the terminal of worker ${from}`,
    });
    const worker = new JoinedWorker(
      ++this.#lastId,
      channel,
      countersIn(counters),
    );
    channel.tell(WELCOME, {
      thread: worker.id,
      serverId: access.serverId,
      origin: options.origin,
      maxBodyBytes: options.maxBodyBytes,
      logins: access.logins.all.map(({ id, hash }) => ({ id, hash })),
    });
    this.#handle(worker);
    this.#workers.add(worker);
    void requestLock(lock, () => {}).then(() => this.#gone(worker));
  }

  #gone(worker: JoinedWorker): void {
    worker.isGone = true;
    this.#workers.delete(worker);
    this.#past = sumOf([], [this.#past, worker.counters]);
    this.sessions.lose(worker);
    worker.releaseAll();
    worker.channel.close(new Problem("not_found", LOST_TEXT));
    this.sockets.threadGone(worker.id);
    this.#tellAll(THREAD_GONE, worker.id);
  }

  #handle(worker: JoinedWorker): void {
    const { channel } = worker;
    const { fetch, ticket, revoke, reauthorize } = this.#parts;
    const admissions = new SocketAdmissions({
      ...this.#parts,
      sessions: this.sessions,
      sockets: this.sockets,
      worker,
    });
    for (
      const handled of [
        FETCH.handledBy(async (forwarded) => {
          const { request, info } = requestOf(forwarded);
          return await forwardedResponse(await fetch(request, info));
        }),
        CHECK_SOCKET.handledBy((request) => admissions.check(request)),
        ADMIT.handledBy((opened) => admissions.admit(opened)),
        PASS_CLOSED.handledBy((pass) => worker.release(pass)),
        SESSION_STARTED.handledBy((started) => {
          this.sessions.add(new WorkerSession(worker, started), started.id);
        }),
        SESSION_EXITED.handledBy(({ id, at }) => {
          const session = worker.sessions.get(id);
          if (session !== undefined) session.ended = { at };
        }),
        SESSION_ENDED.handledBy((id) => this.sessions.end(worker, id)),
        TICKET.handledBy((grant) => outcomeOf(() => ticket(grant))),
        REVOKE.handledBy(({ target, why }) => revoke(target, why)),
        REAUTHORIZE.handledBy((why) => reauthorize(why)),
      ]
    ) channel.handle(handled);
  }
}
