/**
 * A client of the HTTP API of web terminals.
 *
 * @module
 */
import { isRecord } from "../scenario/check_rule.ts";
import { DriverError, fetchError } from "./driver_error.ts";

/** The most milliseconds that ending a session may take. */
const END_MS = 5000;

/** Logs in at web terminals, and starts and ends sessions there. */
export class WebTerminalApi {
  /** Cookies by URL and ticket, which is valid once. */
  readonly #cookies = new Map<string, Promise<string>>();

  /** Resolves to the cookie that a ticket is exchanged for. */
  async login(
    url: string,
    ticket: string,
    signal: AbortSignal,
  ): Promise<string> {
    const key = JSON.stringify([url, ticket]);
    const login = this.#cookies.get(key) ?? exchange(url, ticket, signal);
    this.#cookies.set(key, login);
    try {
      return await login;
    } catch (error) {
      this.#cookies.delete(key);
      throw error;
    }
  }

  /** Starts a session, and resolves to its id. */
  async start(
    url: string,
    cookie: string,
    command: string | undefined,
    signal: AbortSignal,
  ): Promise<string> {
    const body = command === undefined ? {} : { command };
    const response = await request(
      url,
      "POST",
      "sessions",
      cookie,
      signal,
      body,
    );
    const session: unknown = await response.json();
    if (isRecord(session) && typeof session.id === "string") return session.id;
    throw new DriverError("Cannot start a session: the response has no id");
  }

  /** Ends a session if it exists; never rejects. */
  async end(url: string, cookie: string, id: string): Promise<void> {
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(), END_MS);
    try {
      await request(url, "DELETE", `sessions/${id}`, cookie, timeout.signal);
    } catch {
      // The session or the server has ended already.
    } finally {
      clearTimeout(timer);
    }
  }
}

async function exchange(
  url: string,
  ticket: string,
  signal: AbortSignal,
): Promise<string> {
  const response = await request(url, "POST", "login", "", signal, { ticket });
  await response.body?.cancel();
  return response.headers.get("set-cookie")?.split(";")[0] ?? "";
}

async function request(
  url: string,
  method: string,
  path: string,
  cookie: string,
  signal: AbortSignal,
  body?: object,
): Promise<Response> {
  const response = await fetch(new URL(path, url), {
    method,
    headers: {
      cookie,
      origin: new URL(url).origin,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal,
  }).catch((error) => Promise.reject(fetchError(error)));
  if (response.ok) return response;
  await response.body?.cancel();
  throw new DriverError(
    `Cannot request ${path}: the status of the response is ${response.status}`,
  );
}
