/**
 * The page of a terminal: what a server has to hand out.
 *
 * @module
 */

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
 * The content security policy under which the page works: it needs no inline
 * script, no inline style and nothing from elsewhere.
 */
export const PAGE_POLICY: string = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

const CONTENT_TYPES: ReadonlyMap<string, string> = new Map([
  ["html", "text/html; charset=utf-8"],
  ["js", "text/javascript; charset=utf-8"],
  ["css", "text/css; charset=utf-8"],
  ["svg", "image/svg+xml"],
]);

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
  const name = path === "" ? "index.html" : path;
  const file = Object.hasOwn(FILES, name) ? FILES[name] : undefined;
  const contentType = CONTENT_TYPES.get(name.slice(name.lastIndexOf(".") + 1));
  if (file === undefined || contentType === undefined) return undefined;
  return { ...file, contentType };
}
