/**
 * The page of a terminal: what a server has to hand out.
 *
 * @module
 */
import { findPageFile, type PageFile } from "../../web/internal.ts";

/**
 * The file of the page at a path relative to it: `""` or `"index.html"` is the
 * page itself. The page takes its session from `?session=<id>`, and asks for
 * all else relative to its own address, which must end in a slash.
 *
 * @returns `undefined` when there is none.
 */
export async function pageFile(path: string): Promise<PageFile | undefined> {
  // Servers with a page of their own never load this one.
  const { FILES } = await import("../page_bundle.ts");
  return findPageFile(FILES, path);
}
