/**
 * The API of a store, as the page uses it: with the token of a superuser, which
 * this tab alone has.
 *
 * @module
 */
import type { StorePageState } from "../page_contract.ts";

const TOKEN = "troupe-store-token";

/** Something that the store has refused, with what is wrong with each field. */
export class ApiError extends Error {
  /** The status of the response. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** The API of a store. */
export class Api {
  #path = "/api/";

  /** Whether there is a token. */
  get hasToken(): boolean {
    return sessionStorage.getItem(TOKEN) !== null;
  }

  /** Forgets the token. */
  leave(): void {
    sessionStorage.removeItem(TOKEN);
  }

  /** Exchanges the ticket of a link. */
  async useTicket(ticket: string): Promise<void> {
    const response = await fetch("ticket", { method: "POST", body: ticket });
    const { token } = await read(response) as { token: string };
    sessionStorage.setItem(TOKEN, token);
  }

  /** Signs in as a superuser. */
  async signIn(identity: string, password: string): Promise<void> {
    const login = await this.send(
      "POST",
      "collections/_superusers/auth-with-password",
      { identity, password },
    ) as { token: string };
    sessionStorage.setItem(TOKEN, login.token);
  }

  /** Reads what the page shows of the store. */
  async state(): Promise<StorePageState> {
    const state = await this.#fetch("state") as StorePageState;
    this.#path = state.api;
    return state;
  }

  /** Reads the sessions of an account. */
  async sessions(collection: string, id: string): Promise<Session[]> {
    const path = `sessions/${encodeURIComponent(collection)}/${id}`;
    return await this.#fetch(path) as Session[];
  }

  /** Ends a session of an account. */
  async endSession(
    collection: string,
    id: string,
    session: string,
  ): Promise<void> {
    const path = `sessions/${encodeURIComponent(collection)}/${id}/${session}`;
    await this.#fetch(path, { method: "DELETE" });
  }

  /** Calls the API of the store. */
  send(method: string, path: string, body?: unknown): Promise<unknown> {
    if (body === undefined) return this.#fetch(this.#path + path, { method });
    if (body instanceof FormData) {
      return this.#fetch(this.#path + path, { method, body });
    }
    return this.#fetch(this.#path + path, {
      method,
      body: JSON.stringify(body),
      headers: { "content-type": "application/json" },
    });
  }

  /** Opens the event stream of topics, behind a cursor if there is one. */
  async follow(
    topic: string,
    cursor: string | undefined,
    signal: AbortSignal,
  ): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
    const query = new URLSearchParams({ topic });
    if (cursor !== undefined) query.set("cursor", cursor);
    const response = await fetch(`${this.#path}realtime?${query}`, {
      headers: authorization(),
      signal,
    });
    if (response.ok && response.body !== null) return response.body;
    await read(response);
    throw new ApiError(response.status, "The stream of changes has no body");
  }

  /** Returns the address of a file of a record, for a while. */
  async fileAddress(
    collection: string,
    id: string,
    name: string,
    thumb?: string,
  ): Promise<string> {
    const { token } = await this.send("POST", "files/token") as {
      token: string;
    };
    const query = new URLSearchParams({ token });
    if (thumb !== undefined) query.set("thumb", thumb);
    const path = [collection, id, name].map(encodeURIComponent).join("/");
    return `${this.#path}files/${path}?${query}`;
  }

  async #fetch(path: string, init: RequestInit = {}): Promise<unknown> {
    const headers = { ...init.headers, ...authorization() };
    return await read(await fetch(path, { ...init, headers }));
  }
}

/** A session of an account. */
export interface Session {
  readonly id: string;
  readonly label: string;
  readonly createdAt: number;
  readonly usedAt: number;
  readonly expiresAt: number;
}

function authorization(): Record<string, string> {
  const token = sessionStorage.getItem(TOKEN);
  return token === null ? {} : { authorization: `Bearer ${token}` };
}

async function read(response: Response): Promise<unknown> {
  const text = await response.text();
  if (response.ok) return text === "" ? undefined : JSON.parse(text);
  throw new ApiError(response.status, messageOf(text));
}

/** Returns what is wrong, with the fields that are. */
function messageOf(text: string): string {
  let problem: {
    message?: string;
    data?: Record<string, { message?: string }>;
  };
  try {
    problem = JSON.parse(text);
  } catch {
    return text;
  }
  const fields = Object.entries(problem.data ?? {})
    .map(([name, { message }]) => `${name}: ${message ?? "is wrong"}`)
    .filter((line) => !line.endsWith(`: ${problem.message}`));
  return [problem.message ?? text, ...fields].join("\n");
}
