/**
 * The main thread's decisions about the sockets that one worker has opened, or
 * is about to open.
 *
 * @module
 */
import type { ActorSystem } from "../../actor/mod.ts";
import type { Access } from "../access/access.ts";
import {
  admit,
  checkHandshake,
  type Handshake,
  viewerOf,
} from "../access/admission.ts";
import type { AttachmentError } from "../attach/attachment_events.ts";
import { FORBIDDEN } from "../attach/close_socket.ts";
import { ErrorCode } from "../attach/protocol.ts";
import { Problem, type ProblemKind } from "../http/problem.ts";
import type { TerminalHost } from "../terminal_host.ts";
import type { AllSessions } from "./all_sessions.ts";
import {
  type ForwardedRequest,
  type OpenedSocket,
  type SocketDecision,
  TAKE_SOCKET,
} from "./calls.ts";
import { requestOf } from "./forwarded.ts";
import { type JoinedWorker, WorkerSession } from "./joined_worker.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";
import { LOST, type ThreadSockets } from "./thread_sockets.ts";

/** What {@linkcode SocketAdmissions} is made of. */
export interface SocketAdmissionsParts {
  readonly system: ActorSystem;
  readonly access: Access;
  readonly host: TerminalHost;
  readonly sessions: AllSessions;
  readonly sockets: ThreadSockets;
  /** The worker that has accepted the sockets. */
  readonly worker: JoinedWorker;
}

/** Decides about the sockets of one worker. */
export class SocketAdmissions {
  readonly #parts: SocketAdmissionsParts;

  constructor(parts: SocketAdmissionsParts) {
    this.#parts = parts;
  }

  /** Checks a request whose login the worker does not know, or not yet. */
  check(forwarded: ForwardedRequest): Promise<Outcome<undefined>> {
    const { access, host } = this.#parts;
    return outcomeOf(() => {
      const { request, info } = requestOf(forwarded);
      if (access.loginOf(request) !== undefined) return undefined;
      access.checkRate(request, info);
      host.counters.handshakesRefused++;
      access.requireLogin(request);
      return undefined;
    });
  }

  /** Decides about a socket that is open, or just opens. */
  async admit(opened: OpenedSocket): Promise<SocketDecision> {
    const { port } = opened;
    try {
      const decision = await this.#decide(opened);
      if (decision.type !== "relay") port?.close();
      return decision;
    } catch (error) {
      port?.close();
      throw error;
    }
  }

  async #decide(
    { request, pass: id, port }: OpenedSocket,
  ): Promise<SocketDecision> {
    const { access, host, worker, sockets, system } = this.#parts;
    const handshake = this.#handshakeOf(request);
    if ("code" in handshake) return { type: "refuse", error: handshake };
    const pass = await admit(access, handshake);
    if (pass === undefined) {
      host.counters.handshakesRefused++;
      return { type: "refuse", error: FORBIDDEN };
    }
    const { login, session, clientId, name, offset } = handshake;
    const { role } = pass.request;
    const viewer = viewerOf(handshake);
    const now = (): number => system.clock.now();
    const release = (): void => {
      login.remove(pass);
      login.usedAt = now();
    };
    const owner = session instanceof WorkerSession ? session.worker : undefined;
    if (worker.isGone || owner?.isGone) {
      release();
      return { type: "refuse", error: LOST };
    }
    if (owner === worker) {
      worker.hold(id, pass, login, now);
      return { type: "attach", role, viewer };
    }
    if (port === undefined) {
      release();
      return { type: "refuse", error: LOST };
    }
    const taken = {
      port,
      from: worker.id,
      pass: id,
      session: session.pty.id,
      role,
      viewer,
      clientId,
      name,
      offset,
    };
    if (owner === undefined) {
      void sockets.take(taken, pass).then(release);
      return { type: "relay", owner: 0 };
    }
    owner.channel.tell(TAKE_SOCKET, taken, [port]);
    owner.hold(id, pass, login, now);
    return { type: "relay", owner: owner.id };
  }

  #handshakeOf(forwarded: ForwardedRequest): Handshake | AttachmentError {
    const { access, sessions, host } = this.#parts;
    const { request, info } = requestOf(forwarded);
    try {
      access.checkRate(request, info);
    } catch (error) {
      return refusalFor(error);
    }
    try {
      return checkHandshake({ access, sessions }, request);
    } catch (error) {
      host.counters.handshakesRefused++;
      return refusalFor(error);
    }
  }
}

const CODES: Partial<Readonly<Record<ProblemKind, ErrorCode>>> = {
  not_found: ErrorCode.NOT_FOUND,
  restarted: ErrorCode.RESTARTED,
  login_needed: ErrorCode.UNAUTHORIZED,
  too_many_requests: ErrorCode.LIMIT,
};

/** Returns the error of a socket for what would refuse to open one. */
function refusalFor(error: unknown): AttachmentError {
  if (!(error instanceof Problem)) throw error;
  const code = CODES[error.kind] ?? ErrorCode.REFUSED;
  return { type: "error", code, text: error.message };
}
