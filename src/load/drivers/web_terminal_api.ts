/**
 * The HTTP API of web terminals, as the page uses it.
 *
 * @module
 */
import { isRecord } from "../scenario/check_rule.ts";
import { DriverError } from "./driver_error.ts";

/** Milliseconds for a session to end. */
const END_MS = 5000;

/** Enters web terminals, and starts and ends sessions there. */
export class WebTerminalApi {
  /** Cookies by the URL and the ticket, which is good once. */
  readonly #cookies = new Map<string, Promise<string>>();

  /** The cookie that a ticket is exchanged for. */
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

  /** Starts a session; answers its id. */
  async start(
    url: string,
    cookie: string,
    command: string | undefined,
    signal: AbortSignal,
  ): Promise<string> {
    const body = command === undefined ? {} : { command };
    const response = await ask(url, "POST", "sessions", cookie, signal, body);
    const session: unknown = await response.json();
    if (isRecord(session) && typeof session.id === "string") return session.id;
    throw new DriverError("Cannot start a session: the answer has no id");
  }

  /** Ends a session, if it is there; never rejects. */
  async end(url: string, cookie: string, id: string): Promise<void> {
    const given = new AbortController();
    const timer = setTimeout(() => given.abort(), END_MS);
    try {
      await ask(url, "DELETE", `sessions/${id}`, cookie, given.signal);
    } catch {
      // It has ended, or the server has.
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
  const response = await ask(url, "POST", "login", "", signal, { ticket });
  await response.body?.cancel();
  return response.headers.get("set-cookie")?.split(";")[0] ?? "";
}

async function ask(
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
  });
  if (response.ok) return response;
  await response.body?.cancel();
  throw new DriverError(
    `Cannot ask for ${path}: the status of the answer is ${response.status}`,
  );
}
