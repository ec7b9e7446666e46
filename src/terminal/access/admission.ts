/**
 * The decision about a request for a socket, made before it is opened.
 *
 * @module
 */
import type { PtyRole } from "../../pty/mod.ts";
import type { Access } from "./access.ts";
import {
  type AttachRequest,
  parseAttachUrl,
} from "../attach/attach_request.ts";
import type { InputLedger } from "../attach/input_ledger.ts";
import { Problem } from "../http/problem.ts";
import { SUBPROTOCOL, TerminalProtocolError } from "../attach/protocol.ts";
import type { TerminalSession, TerminalSessions } from "../sessions.ts";
import type { Login } from "./logins.ts";

/** The session and the role that a socket is admitted to. */
export interface Admission {
  /** The session to attach to. */
  readonly session: TerminalSession;
  /** Whether the viewer may type, resize and send signals, or only watch. */
  readonly role: PtyRole;
  /** Offset where the viewer stopped; without it, it has seen nothing. */
  readonly offset: number | undefined;
  /** The input of this viewer over all its sockets. */
  readonly ledger: InputLedger;
  /** The login of the viewer, with which the attachment ends. */
  readonly login: Login;
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
export function admit(
  server: { readonly access: Access; readonly sessions: TerminalSessions },
  request: Request,
): Admission {
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
  const { sessionId, clientId, offset } = parse(url);
  const login = server.access.loginOf(request);
  if (login === undefined) {
    throw new Problem("login_needed", "Open a link with a ticket first");
  }
  const granted = login.roleIn(sessionId);
  const session = server.sessions.get(sessionId);
  // The reply does not show whether a session of others exists.
  if (session === undefined || granted === undefined) {
    throw new Problem("not_found", "The session does not exist, or no longer");
  }
  const role = url.searchParams.get("role") === "view" ? "view" : granted;
  const ledger = session.ledgerOf(`${login.id}/${clientId}`, role);
  return { login, session, role, offset, ledger };
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
