/**
 * The responses with files of the pages.
 *
 * @module
 */
import { pageFile } from "./page_file.ts";
import { Problem } from "./problem.ts";

/**
 * Returns a file of a page. The path itself is the terminal with `?session=ID`,
 * and without it the page of sessions, which leads there.
 *
 * @throws {Problem} if there is no such file, or the method is not GET or HEAD.
 */
export async function staticFile(
  request: Request,
  path: string,
): Promise<Response> {
  if (request.method !== "GET" && request.method !== "HEAD") {
    const allow = "GET, HEAD";
    throw new Problem("wrong_method", `The method must be ${allow}`, {
      allow,
    });
  }
  const isTerminal = path !== "" ||
    new URL(request.url).searchParams.has("session");
  const file = await pageFile(isTerminal ? path : "sessions.html");
  if (file === undefined) throw new Problem("not_found", "No such page");
  const headers = new Headers({
    "content-type": file.contentType,
    "cache-control": "no-cache",
  });
  headers.set("etag", file.etag);
  if (request.headers.get("if-none-match") === file.etag) {
    return new Response(null, { status: 304, headers });
  }
  return new Response(file.body, { headers });
}
