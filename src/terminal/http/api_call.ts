/**
 * A request to the API: what it may see, and who has sent it.
 *
 * @module
 */
import type { Access } from "../access/access.ts";
import type { CommandRequest } from "../access/command_policy.ts";
import { ALL_SESSIONS, type Grant } from "../access/grant_rules.ts";
import type { Login } from "../access/logins.ts";
import type { TerminalStats } from "../metrics.ts";
import type { ListedSession } from "../sessions.ts";
import { type Fields, readFields } from "./json_body.ts";
import { Problem } from "./problem.ts";

/** The sessions of a server, as the API sees them. */
export interface ApiSessions {
  /** All sessions, of whichever thread. */
  readonly all: readonly ListedSession[];
  /** Returns the session with an id. */
  get(id: string): ListedSession | undefined;
  /** Returns why a session is gone that was lost. */
  whyLost(id: string): string | undefined;
}

/** The parts of the server that the API uses. */
export interface ApiContext {
  /** Tickets and logins of the server. */
  readonly access: Access;
  /** Sessions that are running, or that have ended and stay. */
  readonly sessions: ApiSessions;
  /** Most bytes that a body may have. */
  readonly maxBodyBytes: number;
  /** Milliseconds that a program keeps running without a viewer. */
  readonly graceMs: number;
  /** Names of the commands that may be started; the first is the usual one. */
  readonly commands: readonly string[];
  /** Starts a session. */
  start(request: CommandRequest): Promise<ListedSession>;
  /** Returns the numbers of the server. */
  stats(): TerminalStats;
}

/** A request with the parameters of its route. */
export interface Call {
  readonly api: ApiContext;
  readonly request: Request;
  /** Id of the session in the path, or empty. */
  readonly id: string;
}

/** Returns the login of a request, which must have one. */
export function loginOf({ api, request }: Call): Login {
  return api.access.requireLogin(request);
}

/**
 * Requires a role for all sessions; resolves to the fields of the body, which
 * are `known`. Access is checked before the body is read, and after it, because
 * that may take any time.
 */
export async function authorize(
  call: Call,
  role: Grant["role"],
  ...known: readonly string[]
): Promise<Fields> {
  const login = loginOf(call);
  const has = login.roleIn(ALL_SESSIONS);
  if (has !== "control" && has !== role) {
    throw new Problem("forbidden", `A ticket for ${role} of all is needed`);
  }
  const fields = await fieldsOf(call, known);
  await permit(call, login, ALL_SESSIONS, role);
  return fields;
}

/** Like `authorize`, for the session of the path, which it resolves to. */
export async function sessionOf(
  call: Call,
  role: Grant["role"],
  ...known: readonly string[]
): Promise<{ readonly session: ListedSession; readonly fields: Fields }> {
  const { api: { sessions }, id } = call;
  const login = loginOf(call);
  const has = login.roleIn(id);
  // The reply does not show whether a session of others exists.
  if (has === undefined) throw gone();
  if (sessions.get(id) === undefined) throw gone(sessions.whyLost(id));
  if (role === "control" && has === "view") {
    throw new Problem("forbidden", "Your login is read-only");
  }
  const fields = await fieldsOf(call, known);
  await permit(call, login, id, role);
  const session = sessions.get(id);
  if (session === undefined) throw gone(sessions.whyLost(id));
  return { session, fields };
}

/** Asks the application, and checks what the login has afterwards. */
async function permit(
  { api: { access }, request }: Call,
  login: Login,
  session: string,
  role: Grant["role"],
): Promise<void> {
  if (await access.roleIn(request, login, session, role) === undefined) {
    throw new Problem("forbidden", "You may not do this now");
  }
}

function gone(
  why: string = "The session does not exist, or no longer",
): Problem {
  return new Problem("not_found", why);
}

/** Resolves to all sessions that the login may see, with its role in each. */
export async function visible(
  call: Call,
): Promise<(readonly [ListedSession, Grant["role"]])[]> {
  const { api: { access, sessions }, request } = call;
  const login = loginOf(call);
  const all = await Promise.all(sessions.all.map(async (session) => {
    const role = await access.roleIn(request, login, session.pty.id);
    return role === undefined ? [] : [[session, role] as const];
  }));
  return all.flat();
}

/** Resolves to the fields of the body, which are `known`. */
export async function fieldsOf(
  { request, api }: Call,
  known: readonly string[],
): Promise<Fields> {
  return request.method === "POST"
    ? await readFields(request, api.maxBodyBytes, known)
    : {};
}
