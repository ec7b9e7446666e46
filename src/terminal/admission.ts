/**
 * What a socket gets: decided before it is opened, told after.
 *
 * @module
 */
import type { Access } from "./access.ts";
import type { Admission, AttachmentRefusal } from "./attachment.ts";
import type { Login } from "./logins.ts";
import { Problem } from "./problem.ts";
import { ErrorCode, SUBPROTOCOL } from "./protocol.ts";
import type { TerminalSessions } from "./sessions.ts";

/** The outcome of a handshake. */
export interface Handshake {
  /** Who asks, if known. */
  readonly login: Login | undefined;
  /** What the socket gets. */
  readonly admission: Admission | AttachmentRefusal;
}

/**
 * Decides on a request for a socket of the session `id`. Its query says who
 * the viewer is among those of its login (`viewer`), where it stopped
 * (`offset`), and whether it only wants to look on (`role=view`).
 *
 * What a page has to know is an admission or a refusal, which the socket
 * tells: no script can read the status of a handshake that fails.
 *
 * @throws {Problem} when it is no handshake of ours.
 */
export function admit(
  server: { readonly access: Access; readonly sessions: TerminalSessions },
  request: Request,
  id: string,
): Handshake {
  const { url, headers } = request;
  if (headers.get("upgrade")?.toLowerCase() !== "websocket") {
    throw new Problem("upgrade-needed", "This route is for WebSockets", {
      upgrade: "websocket",
    });
  }
  const protocols = headers.get("sec-websocket-protocol") ?? "";
  if (!protocols.split(",").some((name) => name.trim() === SUBPROTOCOL)) {
    throw new Problem("bad-request", `The subprotocol must be ${SUBPROTOCOL}`);
  }
  const query = new URL(url).searchParams;
  const viewer = query.get("viewer") ?? crypto.randomUUID();
  if (!/^[\w-]{1,64}$/.test(viewer)) {
    throw new Problem("bad-request", "The viewer has no good name");
  }
  const asked = query.get("offset") ?? undefined;
  const offset = asked === undefined ? undefined : Number(asked);
  if (offset !== undefined && !(Number.isSafeInteger(offset) && offset >= 0)) {
    throw new Problem("bad-request", "The offset must be a whole number");
  }
  const login = server.access.loginOf(request);
  if (login === undefined) {
    return refuse(login, ErrorCode.UNAUTHORIZED, "Open a link with a ticket");
  }
  const granted = login.roleIn(id);
  const session = server.sessions.get(id);
  if (session === undefined || granted === undefined) {
    // Who may not see it is not told whether it is there.
    return refuse(login, ErrorCode.NOT_FOUND, "There is no such session");
  }
  const role = query.get("role") === "view" ? "view" : granted;
  const ledger = session.ledgerOf(`${login.id}/${viewer}`);
  const { ended } = login;
  return { login, admission: { session, role, offset, ledger, ended } };
}

function refuse(
  login: Login | undefined,
  code: ErrorCode,
  text: string,
): Handshake {
  return { login, admission: { code, text } };
}
