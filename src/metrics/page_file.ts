/**
 * The page with charts: what a server has to hand out.
 *
 * @module
 */
import { FILES } from "./page_bundle.ts";

/** A file of the page. */
export interface MetricsPageFile {
  /** What it holds. */
  readonly body: string;
  /** For the header `content-type`. */
  readonly contentType: string;
}

/**
 * The content security policy under which the page works: it needs no inline
 * script, no inline style and nothing from elsewhere.
 */
export const METRICS_PAGE_POLICY: string = [
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
 * page itself. It asks for all else relative to its own address, which must
 * end in a slash.
 *
 * @returns `undefined` when there is none.
 */
export function metricsPageFile(path: string): MetricsPageFile | undefined {
  const name = path === "" ? "index.html" : path;
  const body = Object.hasOwn(FILES, name) ? FILES[name] : undefined;
  const contentType = CONTENT_TYPES.get(name.slice(name.lastIndexOf(".") + 1));
  if (body === undefined || contentType === undefined) return undefined;
  return { body, contentType };
}
