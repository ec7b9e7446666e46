/**
 * The responses with files of the pages.
 *
 * @module
 */
import type { PageFile } from "../../web/internal.ts";
import { LOGIN_HTML, LOGIN_SCRIPT } from "./login_page.ts";
import { pageFile } from "./page_file.ts";
import { Problem } from "./problem.ts";

/**
 * Returns a file of a page. The path itself is the terminal with `?session=ID`,
 * and without it the page that leads there.
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
  const file = await find(
    path,
    new URL(request.url).searchParams.has("session"),
  );
  if (file === undefined) throw new Problem("not_found", "No such page");
  const headers = new Headers({
    "content-type": file.contentType,
    "cache-control": "no-cache",
  });
  if (file.etag !== undefined) headers.set("etag", file.etag);
  const { etag } = file;
  if (etag !== undefined && request.headers.get("if-none-match") === etag) {
    return new Response(null, { status: 304, headers });
  }
  return new Response(file.body, { headers });
}

type StaticFile = Omit<PageFile, "etag"> & { readonly etag?: string };

async function find(
  path: string,
  withSession: boolean,
): Promise<StaticFile | undefined> {
  if (path === "" && !withSession) {
    return { body: LOGIN_HTML, contentType: "text/html; charset=utf-8" };
  }
  if (path === "login.js") {
    return {
      body: LOGIN_SCRIPT,
      contentType: "text/javascript; charset=utf-8",
    };
  }
  return await pageFile(path);
}
