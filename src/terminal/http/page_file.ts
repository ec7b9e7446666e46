/**
 * The files of the page of a terminal.
 *
 * @module
 */
import { findPageFile, type PageFile } from "../../web/internal.ts";

/**
 * Returns the file at a path relative to the page: `""` or `"index.html"` is the
 * page itself. The page takes its session from `?session=<id>`, and loads
 * everything relative to its own address, which must end in a slash.
 *
 * @returns `undefined` if there is no such file.
 */
export async function pageFile(path: string): Promise<PageFile | undefined> {
  // Servers with a page of their own do not load this one.
  const { FILES } = await import("../page_bundle.ts");
  return findPageFile(FILES, path);
}
