/**
 * A session that the page of sessions asks for, and the terminal starts: at its
 * own size, which only the terminal knows.
 *
 * @module
 */
import type { Cells } from "./size_rules.ts";

/** Stands for the id of a session that is to be started. */
export const NEW_SESSION = "new";
const KEY = "troupe-terminal-start";

/** What to start. */
export interface StartRequest {
  /** Name of the command; the first one without it. */
  readonly command?: string;
}

/**
 * Leaves a request to the terminal, and returns its address. It is not in the
 * address, where a link of another site could put one.
 */
export function leaveRequest(request: StartRequest): string {
  sessionStorage.setItem(KEY, JSON.stringify(request));
  return `./?session=${NEW_SESSION}`;
}

/** Takes the request that was left; `undefined` if there is none. */
export function takeRequest(): StartRequest | undefined {
  try {
    const text = sessionStorage.getItem(KEY);
    sessionStorage.removeItem(KEY);
    const value: unknown = text === null ? undefined : JSON.parse(text);
    if (typeof value !== "object" || value === null) return undefined;
    return "command" in value && typeof value.command === "string"
      ? { command: value.command }
      : {};
  } catch {
    // The browser keeps nothing.
    return undefined;
  }
}

/**
 * Starts a session of a size; resolves to its id.
 *
 * @throws {Error} if the server refuses it, with its reason.
 */
export async function startSession(
  request: StartRequest,
  size: Cells | undefined,
): Promise<string> {
  const response = await fetch("sessions", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ...request, ...size }),
  });
  const value: unknown = await response.json();
  if (typeof value !== "object" || value === null) {
    throw new Error("The server sent no session");
  }
  if ("id" in value && typeof value.id === "string") return value.id;
  const detail = "detail" in value ? `${value.detail}` : "";
  throw new Error(`The session was not started: ${detail}`);
}
