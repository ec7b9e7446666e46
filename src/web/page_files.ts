/**
 * The files of a page, as its build made them.
 *
 * @module
 */

/** The files of a page by their names; `index.html` is the page itself. */
export type PageFiles = Readonly<
  Record<string, { readonly body: string; readonly etag: string }>
>;

/** A file of a page, as a server sends it. */
export interface PageFile {
  /** The content. */
  readonly body: string;
  /** The header `content-type`. */
  readonly contentType: string;
  /** The header `etag`, with its quotes: a hash of the body. */
  readonly etag: string;
}

const CONTENT_TYPES: ReadonlyMap<string, string> = new Map([
  ["html", "text/html; charset=utf-8"],
  ["js", "text/javascript; charset=utf-8"],
  ["css", "text/css; charset=utf-8"],
  ["svg", "image/svg+xml"],
]);

/**
 * Returns the file at a path relative to the page: `""` or `"index.html"` is
 * the page itself. A page asks for all else relative to its own address, which
 * must end in a slash.
 *
 * @returns `undefined` if there is no such file.
 */
export function findPageFile(
  files: PageFiles,
  path: string,
): PageFile | undefined {
  const name = path === "" ? "index.html" : path;
  const file = Object.hasOwn(files, name) ? files[name] : undefined;
  const contentType = CONTENT_TYPES.get(name.slice(name.lastIndexOf(".") + 1));
  if (file === undefined || contentType === undefined) return undefined;
  return { ...file, contentType };
}
