/**
 * The page with charts: what a server has to hand out.
 *
 * @module
 */
import { contentTypeOf, pageFileName } from "../web/internal.ts";
import { FILES } from "./page_bundle.ts";

/** A file of the page. */
export interface MetricsPageFile {
  /** What it holds. */
  readonly body: string;
  /** For the header `content-type`. */
  readonly contentType: string;
}

/**
 * The file of the page at a path relative to it: `""` or `"index.html"` is the
 * page itself. It asks for all else relative to its own address, which must
 * end in a slash.
 *
 * @returns `undefined` when there is none.
 */
export function metricsPageFile(path: string): MetricsPageFile | undefined {
  const name = pageFileName(path);
  const body = Object.hasOwn(FILES, name) ? FILES[name] : undefined;
  const contentType = contentTypeOf(name);
  if (body === undefined || contentType === undefined) return undefined;
  return { body, contentType };
}
