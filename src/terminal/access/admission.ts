/**
 * The decision about a request for a socket: the tickets of its login decide
 * before it is opened, and the application before it is attached.
 *
 * @module
 */
import type { PtyRole } from "../../pty/mod.ts";
import type { Access, AccessSource } from "./access.ts";
import {
  type AttachRequest,
  parseAttachUrl,
} from "../attach/attach_request.ts";
import type { InputLedger } from "../attach/input_ledger.ts";
import type { ApiSessions } from "../http/api_call.ts";
import { Problem } from "../http/problem.ts";
import { SUBPROTOCOL, TerminalProtocolError } from "../attach/protocol.ts";
import type { ListedSession, TerminalSession } from "../sessions.ts";
import type { Login } from "./logins.ts";
import type { Pass } from "./pass.ts";

/** What a socket asks for, and its login allows. */
export interface Handshake {
  /** The session to attach to. */
  readonly session: ListedSession;
  /** The login of the viewer. */
  readonly login: Login;
  /** The role that the viewer wants; without it, the most that it may have. */
  readonly wanted: PtyRole | undefined;
  /** Id of the client, which numbers its input. */
  readonly clientId: string;
  /** What other viewers call this one; empty if it did not say. */
  readonly name: string;
  /** Offset where the viewer stopped; without it, it has seen nothing. */
  readonly offset: number | undefined;
  /** The part of the request that can still be read after the upgrade. */
  readonly source: AccessSource;
}

/** The session and the role that a socket is admitted to. */
export interface Admission {
  /** The session to attach to. */
  readonly session: TerminalSession;
  /** Whether the viewer may type, resize and send signals, or only watch. */
  readonly role: PtyRole;
  /** Id of the client, which numbers its input. */
  readonly clientId: string;
  /** What other viewers call this one; empty if it did not say. */
  readonly name: string;
  /** Offset where the viewer stopped; without it, it has seen nothing. */
  readonly offset: number | undefined;
  /** The input of this viewer over all its sockets. */
  readonly ledger: InputLedger;
  /** The attachment ends with it. */
  readonly pass: Pick<Pass, "ended">;
}

/**
 * Decides about a request for a socket. With `role=view` in its query the viewer
 * is read-only, whatever its login allows.
 *
 * No script can read why a handshake fails, so the page requests `sessions/ID`
 * then. An error over the socket instead would let clients without a login hold
 * sockets for as long as they like.
 *
 * @throws {Problem} if the request is refused.
 */
export function checkHandshake(
  server: {
    readonly access: Access;
    readonly sessions: Pick<ApiSessions, "get" | "whyLost">;
  },
  request: Request,
): Handshake {
  const { url, sessionId, clientId, offset, name = "", serverId } =
    readHandshake(request);
  const { headers } = request;
  server.access.checkServer(serverId);
  const login = server.access.requireLogin(request);
  const session = server.sessions.get(sessionId);
  // The reply does not show whether a session of others exists.
  const mayKnow = login.roleIn(sessionId) !== undefined;
  if (session === undefined || !mayKnow) {
    throw new Problem(
      "not_found",
      (mayKnow ? server.sessions.whyLost(sessionId) : undefined) ??
        "The session does not exist, or no longer",
    );
  }
  const wanted = url.searchParams.get("role") === "view" ? "view" : undefined;
  // Headers of an upgraded request cannot be read later. Without an application
  // that decides, nobody reads them.
  const { method } = request;
  const kept = server.access.authorizer.isUsed ? headers : undefined;
  const source = { method, url: request.url, headers: new Headers(kept) };
  return { session, login, wanted, clientId, name, offset, source };
}

/**
 * Reads what a request for a socket asks for, whoever sends it.
 *
 * @throws {Problem} if it is not a request for a socket of this protocol.
 */
export function readHandshake(
  request: Request,
): AttachRequest & { readonly url: URL } {
  const { headers } = request;
  if (headers.get("upgrade")?.toLowerCase() !== "websocket") {
    throw new Problem("upgrade_needed", "This route takes only WebSockets", {
      upgrade: "websocket",
    });
  }
  const protocols = headers.get("sec-websocket-protocol") ?? "";
  if (!protocols.split(",").some((name) => name.trim() === SUBPROTOCOL)) {
    throw new Problem("bad_request", `The subprotocol must be ${SUBPROTOCOL}`);
  }
  const url = new URL(request.url);
  return { ...parse(url), url };
}

/**
 * Asks the application about a handshake; resolves to a pass that is open, or
 * to `undefined` if it refuses, or if the login has lost its access meanwhile.
 */
export async function admit(
  access: Access,
  { session, login, wanted, source }: Handshake,
): Promise<Pass | undefined> {
  const pass = await access.passFor(source, login, session.pty.id, wanted);
  if (pass !== undefined) login.open(pass);
  return pass;
}

/** Returns the name of a viewer, over all its sockets. */
export function viewerOf({ login, clientId }: Handshake): string {
  return `${login.id}/${clientId}`;
}

function parse(url: URL): AttachRequest {
  try {
    const parsed = parseAttachUrl(url);
    if (parsed !== undefined) return parsed;
  } catch (error) {
    if (!(error instanceof TerminalProtocolError)) throw error;
    throw new Problem("bad_request", error.message);
  }
  throw new Problem("not_found", "No such route");
}
