/**
 * The requests of the page of sessions.
 *
 * @module
 */
import { fieldsOf, type SessionFacts, sessionsOf } from "./session_facts.ts";

/** A request that the server has refused, with its reason. */
export class Refused extends Error {
  /** The HTTP status. */
  readonly status: number;

  /** Makes one for a status. */
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** What a login allows. */
export interface Login {
  /** Whether all sessions may be controlled or watched, and new ones started. */
  readonly role: string | undefined;
  /** Milliseconds that programs keep running without a viewer; `null` for ever. */
  readonly graceMs: unknown;
  /** Names of the commands that may be started. */
  readonly commands: readonly string[];
}

/**
 * Sends a request; resolves to the fields of the reply.
 *
 * @throws {Refused} if the server refuses it.
 */
export async function ask(
  method: string,
  path: string,
  body?: Readonly<Record<string, unknown>>,
): Promise<Readonly<Record<string, unknown>>> {
  const response = await fetch(path, {
    method,
    ...(body && {
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    }),
  });
  const text = await response.text();
  const fields = fieldsOf(text === "" ? {} : JSON.parse(text));
  if (response.ok) return fields;
  const { title = response.statusText, detail = "" } = fields;
  throw new Refused(response.status, `${title}. ${detail}.`);
}

/** Uses a ticket; resolves to the session that it is for. */
export async function useTicket(ticket: string): Promise<string> {
  const { session } = await ask("POST", "login", { ticket });
  return `${session}`;
}

/** Resolves to what this browser may do. */
export async function readLogin(): Promise<Login> {
  const { role, graceMs, commands } = await ask("GET", "login");
  return {
    role: typeof role === "string" ? role : undefined,
    graceMs,
    commands: Array.isArray(commands) ? commands.map(String) : [],
  };
}

/** Resolves to the sessions that this browser may see. */
export async function readSessions(): Promise<readonly SessionFacts[]> {
  const { sessions } = await ask("GET", "sessions");
  return sessionsOf(sessions);
}

/** Returns the ticket in what a person has pasted: a link, or the ticket. */
export function ticketIn(text: string): string {
  const trimmed = text.trim();
  const hash = trimmed.slice(trimmed.indexOf("#") + 1);
  return new URLSearchParams(hash).get("ticket") ?? trimmed;
}

/** Returns the address of a session. */
export function addressOf(id: string): string {
  return `./?session=${encodeURIComponent(id)}`;
}
