/**
 * The responses of the API, as tests look at them.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";

/** Returns the status and the code of a refusal. */
export async function refusal(refused: Promise<Response>): Promise<string> {
  const response = await refused;
  assertEquals<unknown>(
    response.headers.get("content-type"),
    "application/problem+json",
  );
  const { type, title, status, detail, code } = await response.json();
  assertEquals<unknown>([type, status], ["about:blank", response.status]);
  assert(title.length > 0 && detail.length > 0);
  return `${status} ${code}`;
}

/** The fields of responses that tests look at. */
export interface Body {
  readonly id: string;
  readonly command: string;
  readonly role: string | null;
  readonly columns: number;
  readonly rows: number;
  readonly exit: unknown;
  readonly status: string | number;
  readonly server: string;
  readonly code: string;
  readonly directory: string | null;
  readonly foreground: string | null;
  readonly attached: unknown;
  readonly ticket: string;
  readonly sessions: readonly { readonly id: string; readonly role: string }[];
}

/** Returns the body of a response with a status. */
export async function json(
  responded: Promise<Response>,
  status = 200,
): Promise<Body> {
  const response = await responded;
  assertEquals<unknown>(response.status, status);
  return await response.json();
}
