/**
 * What a socket gets: decided before it is opened.
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

/** What a socket gets. */
export interface Admission {
  /** The session to attach to. */
  readonly session: TerminalSession;
  /** What the viewer may do. */
  readonly role: PtyRole;
  /** Where the viewer stopped; without it, it has seen nothing. */
  readonly offset: number | undefined;
  /** The input of this viewer so far. */
  readonly ledger: InputLedger;
  /** Who looks; the attachment ends with the login. */
  readonly login: Login;
}

/**
 * Decides on a request for a socket; `role=view` in its query asks to look on
 * only, whatever the login may do.
 *
 * No script can read why a handshake fails, so the page asks `sessions/ID`.
 * Nothing is said over the socket instead: whoever is not let in would hold
 * one, for as long as it likes.
 *
 * @throws {Problem} when it is refused.
 */
export function admit(
  server: { readonly access: Access; readonly sessions: TerminalSessions },
  request: Request,
): Admission {
  const { headers } = request;
  if (headers.get("upgrade")?.toLowerCase() !== "websocket") {
    throw new Problem("upgrade_needed", "This route is for WebSockets", {
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
  // Who may not see it is not told whether it is there.
  if (session === undefined || granted === undefined) {
    throw new Problem("not_found", "There is no such session, or not any more");
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
