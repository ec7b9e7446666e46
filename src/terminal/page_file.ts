/**
 * The page of a terminal: what a server has to hand out.
 *
 * @module
 */

import { contentTypeOf, pageFileName } from "../web/internal.ts";

/** A file of the page. */
export interface PageFile {
  /** What it holds. */
  readonly body: string;
  /** For the header `content-type`. */
  readonly contentType: string;
  /** For the header `etag`, with its quotes: a hash of the body. */
  readonly etag: string;
}

/**
 * The file of the page at a path relative to it: `""` or `"index.html"` is the
 * page itself. The page takes its session from `?session=<id>`, and asks for
 * all else relative to its own address, which must end in a slash.
 *
 * @returns `undefined` when there is none.
 */
export async function pageFile(path: string): Promise<PageFile | undefined> {
  // Servers with a page of their own never load this one.
  const { FILES } = await import("./page_bundle.ts");
  const name = pageFileName(path);
  const file = Object.hasOwn(FILES, name) ? FILES[name] : undefined;
  const contentType = contentTypeOf(name);
  if (file === undefined || contentType === undefined) return undefined;
  return { ...file, contentType };
}
