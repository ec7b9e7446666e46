/**
 * The API of a store, as the page uses it: with the cookie of a superuser, which
 * no script can read.
 *
 * @module
 */
import type { StorePageState } from "../page_contract.ts";

/** Something that the store has refused, with what is wrong with each field. */
export class ApiError extends Error {
  /** The status of the response. */
  readonly status: number;
  /** The part of a query that is wrong, and where in its text. */
  readonly place:
    | { readonly part: string; readonly position: number }
    | undefined;

  constructor(status: number, message: string, place?: ApiError["place"]) {
    super(message);
    this.status = status;
    this.place = place;
  }
}

/** The API of a store. */
export class Api {
  #path = "/api/";

  /** Ends the session. */
  async leave(): Promise<void> {
    await this.#fetch("leave", { method: "POST" });
  }

  /** Exchanges the ticket of a link. */
  async useTicket(ticket: string): Promise<void> {
    await this.#fetch("ticket", { method: "POST", body: ticket });
  }

  /** Signs in as a superuser. */
  async signIn(identity: string, password: string): Promise<void> {
    const { token } = await this.send(
      "POST",
      "collections/_superusers/auth-with-password",
      { identity, password },
    ) as { token: string };
    await this.#fetch("session", { method: "POST", body: token });
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
    return await read(await fetch(path, init));
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

async function read(response: Response): Promise<unknown> {
  const text = await response.text();
  if (response.ok) return text === "" ? undefined : JSON.parse(text);
  throw new ApiError(response.status, messageOf(text), placeOf(text));
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

/** Returns where a query is wrong, if it is that. */
function placeOf(text: string): ApiError["place"] {
  try {
    for (const [part, fault] of Object.entries(JSON.parse(text).data ?? {})) {
      const { position } = Object(fault);
      if (Number.isInteger(position)) return { part, position };
    }
  } catch {
    // It is no problem of the store.
  }
  return undefined;
}
