/**
 * The HTTP API: what each route does, for whom, and what it answers.
 *
 * @module
 */
import { ActorStoppedError } from "../../actor/mod.ts";
import type { SignalName } from "../../pty/mod.ts";
import type { Access } from "../access/access.ts";
import type { CommandRequest } from "../access/command_policy.ts";
import {
  type Fields,
  readFields,
  sizeField,
  textField,
  textsField,
} from "./json_body.ts";
import type { Login } from "../access/logins.ts";
import { type TerminalStats, toPrometheus } from "../metrics.ts";
import { Problem } from "./problem.ts";
import type { TerminalSession, TerminalSessions } from "../sessions.ts";
import type { Grant } from "../access/tickets.ts";

/** What the API needs of the server. */
export interface ApiContext {
  /** Who may come in. */
  readonly access: Access;
  /** The sessions that run. */
  readonly sessions: TerminalSessions;
  /** Bytes that a body may have. */
  readonly maxBodyBytes: number;
  /** Starts a session. */
  start(request: CommandRequest): Promise<TerminalSession>;
  /** The numbers of the server. */
  stats(): TerminalStats;
}

/** A request that has found its route. */
interface Call {
  readonly api: ApiContext;
  readonly request: Request;
  /** What the pattern has caught. */
  readonly id: string;
}

interface Route {
  readonly method: string;
  /** The path below the prefix. */
  readonly path: RegExp;
  /** Whether each client may do so only so often. */
  readonly limited?: boolean;
  readonly answer: (call: Call) => Response | Promise<Response>;
}

const SESSION = /^sessions\/([\w-]{1,64})$/;

const ROUTES: readonly Route[] = [
  { method: "GET", path: /^health$/, answer: health },
  { method: "GET", path: /^metrics$/, answer: metrics },
  { method: "GET", path: /^login$/, answer: showLogin },
  { method: "POST", path: /^login$/, limited: true, answer: enter },
  { method: "DELETE", path: /^login$/, answer: leave },
  { method: "GET", path: /^sessions$/, answer: list },
  { method: "POST", path: /^sessions$/, answer: start },
  { method: "POST", path: /^tickets$/, answer: ticketForAll },
  { method: "GET", path: SESSION, answer: inspect },
  { method: "DELETE", path: SESSION, answer: end },
  { method: "POST", path: action("size"), answer: resize },
  { method: "POST", path: action("signal"), answer: signal },
  { method: "POST", path: action("tickets"), answer: ticketForOne },
];

function action(name: string): RegExp {
  return new RegExp(`^sessions/([\\w-]{1,64})/${name}$`);
}

/** Whether a path below the prefix is of the API, and not of the page. */
export function isApiPath(path: string): boolean {
  return /^(health|metrics|login|tickets|sessions)(\/|$)/.test(path);
}

/**
 * Answers a request to the API; `path` is what stands after the prefix, and
 * `limit` throws for whoever tries too often.
 *
 * @throws {Problem} when it is refused.
 */
export function callApi(
  api: ApiContext,
  request: Request,
  path: string,
  limit: () => void,
): Response | Promise<Response> {
  const routes = ROUTES.filter((route) => route.path.test(path));
  const method = request.method === "HEAD" ? "GET" : request.method;
  const route = routes.find((route) => route.method === method);
  if (routes.length === 0) throw new Problem("not_found", "No such route");
  if (route === undefined) {
    const allow = routes.map((route) => route.method).join(", ");
    throw new Problem("wrong_method", `It takes ${allow}`, { allow });
  }
  if (route.limited) limit();
  const [, id = ""] = route.path.exec(path) ?? [];
  return route.answer({ api, request, id });
}

// Who asks.

function loginOf({ api, request }: Call): Login {
  const login = api.access.loginOf(request);
  if (login !== undefined) return login;
  throw new Problem("login_needed", "Open a link with a ticket first");
}

/** Refuses who may not do something with all sessions. */
function authorize(call: Call, role: Grant["role"]): void {
  const has = loginOf(call).roleIn(undefined);
  if (has === "control" || has === role) return;
  throw new Problem("forbidden", "The ticket was for less");
}

/** The session that is meant, for who may do something with it. */
function sessionOf(
  call: Call,
  role: Grant["role"],
): { readonly session: TerminalSession; readonly has: Grant["role"] } {
  const has = loginOf(call).roleIn(call.id);
  const session = call.api.sessions.get(call.id);
  // Who may not see it is not told whether it is there.
  if (session === undefined || has === undefined) {
    throw new Problem("not_found", "There is no such session, or not any more");
  }
  if (role === "control" && has === "view") {
    throw new Problem("forbidden", "You may only look on");
  }
  return { session, has };
}

function fieldsOf(call: Call, ...known: string[]): Promise<Fields> {
  return readFields(call.request, call.api.maxBodyBytes, known);
}

// The server.

function health(): Response {
  return Response.json({ status: "ok" });
}

function metrics(call: Call): Response {
  authorize(call, "view");
  const stats = call.api.stats();
  const accept = call.request.headers.get("accept") ?? "";
  if (accept.includes("application/json")) return Response.json(stats);
  return new Response(toPrometheus(stats), {
    headers: { "content-type": "text/plain; version=0.0.4; charset=utf-8" },
  });
}

// Logins and tickets.

function showLogin(call: Call): Response {
  const { sessions } = call.api;
  const login = loginOf(call);
  return Response.json({
    role: login.roleIn(undefined) ?? null,
    sessions: sessions.all.flatMap(({ pty: { id } }) => {
      const role = login.roleIn(id);
      return role === undefined ? [] : [{ id, role }];
    }),
  });
}

async function enter(call: Call): Promise<Response> {
  const fields = await fieldsOf(call, "ticket");
  const ticket = textField(fields, "ticket") ?? "";
  const { grant, cookie } = call.api.access.enter(call.request, ticket);
  return Response.json(
    { role: grant.role, session: grant.session ?? null },
    cookie === undefined ? {} : { headers: { "set-cookie": cookie } },
  );
}

function leave({ api, request }: Call): Response {
  const headers = { "set-cookie": api.access.leave(request) };
  return new Response(null, { status: 204, headers });
}

function ticketForAll(call: Call): Promise<Response> {
  authorize(call, "control");
  return ticket(call, undefined);
}

function ticketForOne(call: Call): Promise<Response> {
  sessionOf(call, "control");
  return ticket(call, call.id);
}

async function ticket(
  call: Call,
  session: string | undefined,
): Promise<Response> {
  const role = textField(await fieldsOf(call, "role"), "role") ?? "view";
  if (role !== "view" && role !== "control") {
    throw new Problem("bad_request", `"role" must be "view" or "control"`);
  }
  const ticket = call.api.access.tickets.issue(
    { role, session },
    loginOf(call).id,
  );
  return Response.json({ ticket, role }, { status: 201 });
}

// Sessions.

async function list(call: Call): Promise<Response> {
  const login = loginOf(call);
  const shown = call.api.sessions.all.map((session) => {
    const role = login.roleIn(session.pty.id);
    return role && show(session, role).catch(() => undefined);
  });
  const sessions = (await Promise.all(shown)).filter(Boolean);
  return Response.json({ sessions });
}

async function start(call: Call): Promise<Response> {
  authorize(call, "control");
  const fields = await fieldsOf(
    call,
    "command",
    "args",
    "cwd",
    "columns",
    "rows",
  );
  const sized = "columns" in fields || "rows" in fields;
  const session = await call.api.start({
    command: textField(fields, "command"),
    args: textsField(fields, "args"),
    cwd: textField(fields, "cwd"),
    size: sized ? sizeField(fields) : undefined,
  });
  return Response.json(await show(session, "control"), {
    status: 201,
    headers: {
      location:
        new URL(`sessions/${session.pty.id}`, call.request.url).pathname,
    },
  });
}

async function inspect(call: Call): Promise<Response> {
  const { session, has } = sessionOf(call, "view");
  return Response.json(await alive(show(session, has)));
}

async function end(call: Call): Promise<Response> {
  const { session } = sessionOf(call, "control");
  await session.pty.close();
  return new Response(null, { status: 204 });
}

async function resize(call: Call): Promise<Response> {
  const { session } = sessionOf(call, "control");
  const size = sizeField(await fieldsOf(call, "columns", "rows"));
  await alive(session.pty.resize(size));
  return new Response(null, { status: 204 });
}

async function signal(call: Call): Promise<Response> {
  const { session } = sessionOf(call, "control");
  const name = textField(await fieldsOf(call, "signal"), "signal") ?? "";
  if (!isSignal(name)) {
    throw new Problem("bad_request", `"signal" must be such as "SIGINT"`);
  }
  await alive(session.pty.signal(name));
  return new Response(null, { status: 204 });
}

function isSignal(name: string): name is SignalName {
  return /^SIG[A-Z0-9]{1,13}$/.test(name);
}

/** A session that ended meanwhile is not there. */
function alive<T>(asked: Promise<T>): Promise<T> {
  return asked.catch((error) => {
    if (!(error instanceof ActorStoppedError)) throw error;
    throw new Problem("not_found", "The session has ended");
  });
}

/** What is told of a session. */
async function show(
  { pty, command, createdAt }: TerminalSession,
  role: Grant["role"],
): Promise<Record<string, unknown>> {
  const now = await pty.inspect();
  return {
    id: pty.id,
    command,
    role,
    createdAt: createdAt.toISOString(),
    pid: now.pid,
    columns: now.size.columns,
    rows: now.size.rows,
    controllers: now.controllers,
    viewers: now.viewers,
    outputBytes: now.end,
    paused: now.paused,
    exit: now.exit === undefined
      ? null
      : { code: now.exit.code ?? null, signal: now.exit.signal ?? null },
  };
}
