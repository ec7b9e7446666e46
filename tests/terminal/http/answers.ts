/**
 * What the API answers, as tests look at it.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";

/** The status and the code of a refusal. */
export async function refusal(answer: Promise<Response>): Promise<string> {
  const response = await answer;
  assertEquals<unknown>(
    response.headers.get("content-type"),
    "application/problem+json",
  );
  const { type, title, status, detail, code } = await response.json();
  assertEquals<unknown>([type, status], ["about:blank", response.status]);
  assert(title.length > 0 && detail.length > 0);
  return `${status} ${code}`;
}

/** What the API answers, as far as a test looks at it. */
export interface Answer {
  readonly id: string;
  readonly command: string;
  readonly role: string | null;
  readonly columns: number;
  readonly rows: number;
  readonly exit: unknown;
  readonly ticket: string;
  readonly sessions: readonly { readonly id: string; readonly role: string }[];
}

/** The body of an answer with a status. */
export async function json(
  answer: Promise<Response>,
  status = 200,
): Promise<Answer> {
  const response = await answer;
  assertEquals<unknown>(response.status, status);
  return await response.json();
}
