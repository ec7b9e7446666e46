/**
 * A response for people and programs that show it as it is.
 *
 * @module
 */

/** Returns a response whose body is one line of plain text. */
export function textResponse(
  status: number,
  message: string,
  headers: Record<string, string> = {},
): Response {
  return new Response(`${message}\n`, {
    status,
    headers: { "content-type": "text/plain; charset=utf-8", ...headers },
  });
}
