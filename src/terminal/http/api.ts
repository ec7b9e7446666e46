/**
 * The HTTP API: its routes, who may use them, and what they return.
 *
 * @module
 */
import { ActorStoppedError } from "../../actor/mod.ts";
import type { SignalName } from "../../pty/mod.ts";
import {
  type ApiContext,
  authorize,
  type Call,
  fieldsOf,
  loginOf,
  sessionOf,
  visible,
} from "./api_call.ts";
import {
  type Fields,
  flagField,
  sizeField,
  textField,
  textsField,
} from "./json_body.ts";
import { statsToPrometheus } from "../metrics.ts";
import { Problem } from "./problem.ts";
import type { ListedSession } from "../sessions.ts";
import { ALL_SESSIONS, type Grant } from "../access/grant_rules.ts";

interface Route {
  readonly method: string;
  /** Path below the prefix. */
  readonly path: RegExp;
  /** Whether the rate of each client is limited. */
  readonly limited?: boolean;
  readonly handle: (call: Call) => Response | Promise<Response>;
}

const SESSION = /^sessions\/([\w-]{1,64})$/;

const ROUTES: readonly Route[] = [
  { method: "GET", path: /^health$/, handle: health },
  { method: "GET", path: /^metrics$/, handle: metrics },
  { method: "GET", path: /^login$/, handle: showLogin },
  { method: "POST", path: /^login$/, limited: true, handle: logIn },
  { method: "DELETE", path: /^login$/, handle: logOut },
  { method: "GET", path: /^sessions$/, handle: list },
  { method: "POST", path: /^sessions$/, handle: start },
  { method: "POST", path: /^tickets$/, handle: ticketForAll },
  { method: "DELETE", path: /^tickets$/, handle: revokeForAll },
  { method: "GET", path: SESSION, handle: inspect },
  { method: "DELETE", path: SESSION, handle: end },
  { method: "POST", path: action("size"), handle: resize },
  { method: "POST", path: action("signal"), handle: signal },
  { method: "POST", path: action("tickets"), handle: ticketForOne },
  { method: "DELETE", path: action("tickets"), handle: revokeForOne },
];

function action(name: string): RegExp {
  return new RegExp(`^sessions/([\\w-]{1,64})/${name}$`);
}

/** Whether a path below the prefix belongs to the API, not to the page. */
export function isApiPath(path: string): boolean {
  return /^(health|metrics|login|tickets|sessions)(\/|$)/.test(path);
}

/**
 * Handles a request to the API. `path` is the part after the prefix; `limit`
 * throws if the client has sent too many requests.
 *
 * @throws {Problem} if the request is refused.
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
    throw new Problem("wrong_method", `The method must be ${allow}`, {
      allow,
    });
  }
  if (route.limited) limit();
  if (path.startsWith("sessions/")) {
    const { searchParams } = new URL(request.url);
    api.access.checkServer(searchParams.get("server"));
  }
  const [, id = ""] = route.path.exec(path) ?? [];
  return route.handle({ api, request, id });
}

// The server.

function health({ api }: Call): Response {
  return Response.json({ status: "ok", server: api.access.serverId });
}

async function metrics(call: Call): Promise<Response> {
  await authorize(call, "view");
  const stats = call.api.stats();
  const accept = call.request.headers.get("accept") ?? "";
  if (accept.includes("application/json")) return Response.json(stats);
  return new Response(statsToPrometheus(stats), {
    headers: { "content-type": "text/plain; version=0.0.4; charset=utf-8" },
  });
}

// Logins and tickets.

async function showLogin(call: Call): Promise<Response> {
  const { api: { access }, request } = call;
  const sessions = await visible(call);
  const role = await access.roleIn(request, loginOf(call), ALL_SESSIONS);
  return Response.json({
    role: role ?? null,
    graceMs: finite(call.api.graceMs),
    commands: role === "control" ? call.api.commands : [],
    sessions: sessions.map(([{ pty: { id } }, role]) => ({ id, role })),
  });
}

async function logIn(call: Call): Promise<Response> {
  const fields = await fieldsOf(call, ["ticket"]);
  const ticket = textField(fields, "ticket") ?? "";
  const { grant, cookie } = await call.api.access.logIn(call.request, ticket);
  return Response.json(
    { role: grant.role, session: grant.session },
    cookie === undefined ? {} : { headers: { "set-cookie": cookie } },
  );
}

function logOut({ api, request }: Call): Response {
  const headers = { "set-cookie": api.access.logOut(request) };
  return new Response(null, { status: 204, headers });
}

async function ticketForAll(call: Call): Promise<Response> {
  const fields = await authorize(call, "control", "role", "replaces");
  return ticket(call, ALL_SESSIONS, fields);
}

async function ticketForOne(call: Call): Promise<Response> {
  const { fields } = await sessionOf(call, "control", "role", "replaces");
  return ticket(call, call.id, fields);
}

function ticket(call: Call, session: string, fields: Fields): Response {
  const role = textField(fields, "role") ?? "view";
  if (role !== "view" && role !== "control") {
    throw new Problem("bad_request", `"role" must be "view" or "control"`);
  }
  const replaces = flagField(fields, "replaces");
  const ticket = call.api.access.invite(loginOf(call), {
    role,
    session,
    replaces,
  });
  return Response.json({ ticket, role }, { status: 201 });
}

async function revokeForAll(call: Call): Promise<Response> {
  await authorize(call, "control");
  return revoke(call, ALL_SESSIONS);
}

async function revokeForOne(call: Call): Promise<Response> {
  await sessionOf(call, "control");
  return revoke(call, call.id);
}

function revoke(call: Call, session: string): Response {
  const login = loginOf(call);
  const revoked = call.api.access.revokeInvitations(login, session);
  return Response.json({ revoked });
}

// Sessions.

async function list(call: Call): Promise<Response> {
  const shown = (await visible(call)).map(([session, role]) =>
    show(session, role).catch(() => undefined)
  );
  const sessions = (await Promise.all(shown)).filter(Boolean);
  return Response.json({ sessions });
}

async function start(call: Call): Promise<Response> {
  const fields = await authorize(
    call,
    "control",
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
  const { session } = await sessionOf(call, "view");
  const { api: { access }, request, id } = call;
  const role = await access.roleIn(request, loginOf(call), id) ?? "view";
  return Response.json(await alive(show(session, role)));
}

async function end(call: Call): Promise<Response> {
  const { session } = await sessionOf(call, "control");
  await session.pty.close();
  return new Response(null, { status: 204 });
}

async function resize(call: Call): Promise<Response> {
  const { session, fields } = await sessionOf(
    call,
    "control",
    "columns",
    "rows",
  );
  const size = sizeField(fields);
  await alive(session.pty.resize(size));
  return new Response(null, { status: 204 });
}

async function signal(call: Call): Promise<Response> {
  const { session, fields } = await sessionOf(call, "control", "signal");
  const name = textField(fields, "signal") ?? "";
  if (!isSignal(name)) {
    throw new Problem(
      "bad_request",
      `"signal" must be a name such as "SIGINT"`,
    );
  }
  await alive(session.pty.signal(name));
  return new Response(null, { status: 204 });
}

function isSignal(name: string): name is SignalName {
  return /^SIG[A-Z0-9]{1,13}$/.test(name);
}

/** A session that has ended meanwhile does not exist. */
function alive<T>(asked: Promise<T>): Promise<T> {
  return asked.catch((error) => {
    if (!(error instanceof ActorStoppedError)) throw error;
    throw new Problem("not_found", "The session has ended");
  });
}

/** Returns the representation of a session. */
async function show(
  { pty, command, createdAt, ended, graceMs }: ListedSession,
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
    attached: now.attached,
    directory: now.directory ?? null,
    foreground: now.foreground ?? null,
    ageMs: Math.round(now.ageMs),
    outputBytes: now.end,
    paused: now.paused,
    graceMs: finite(graceMs),
    endedAt: ended?.at.toISOString() ?? null,
    exit: now.exit === undefined
      ? null
      : { code: now.exit.code ?? null, signal: now.exit.signal ?? null },
  };
}

/** JSON has no `Infinity`. */
function finite(ms: number): number | null {
  return ms < Infinity ? ms : null;
}
