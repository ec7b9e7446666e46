/**
 * What the pages of all servers have in common.
 *
 * @module
 */

/**
 * The content security policy under which pages work: they need no inline
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

/** The name of the file at a path relative to a page. */
export function pageFileName(path: string): string {
  return path === "" ? "index.html" : path;
}

/** For the header `content-type`; `undefined` for what no page has. */
export function contentTypeOf(name: string): string | undefined {
  return CONTENT_TYPES.get(name.slice(name.lastIndexOf(".") + 1));
}
