/**
 * The headers of files: whatever somebody has uploaded must do no harm in the
 * browser of another.
 *
 * @module
 */
import type { StoredFile } from "../files/file_rows.ts";

/** Types that a browser shows without running any of it. */
const SHOWN =
  /^(?:image\/(?:apng|avif|bmp|gif|jpeg|png|webp|x-icon|vnd\.microsoft\.icon)|audio\/[\w.+-]+|video\/[\w.+-]+|text\/plain)$/;
/** Nothing of it runs, loads or sends, even if it is opened by itself. */
const POLICY =
  "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox";
/** Seconds for which a file is kept by others: under a name it never changes. */
const MAX_AGE = 2_592_000;

/** How a file is served. */
export interface FileServing {
  /** Whether it is to be saved, and not shown. */
  readonly isDownload: boolean;
  /** Whether it is for who asks alone. */
  readonly isProtected: boolean;
  /** Whether pages of other origins may show it. */
  readonly isShared: boolean;
}

/** Returns the headers of a file, without those of the part that is sent. */
export function fileHeaders(
  { name, type, sha256, at }: StoredFile,
  { isDownload, isProtected, isShared }: FileServing,
): Headers {
  const isShown = !isDownload && SHOWN.test(type);
  return new Headers({
    "accept-ranges": "bytes",
    "cache-control": isProtected
      ? "private, no-cache"
      : `public, max-age=${MAX_AGE}, immutable`,
    "content-disposition": `${
      isShown ? "inline" : "attachment"
    }; filename="${name}"`,
    "content-security-policy": POLICY,
    "content-type": type.startsWith("text/") ? `${type}; charset=utf-8` : type,
    "cross-origin-resource-policy": isShared ? "cross-origin" : "same-origin",
    "etag": etagOf(sha256),
    "last-modified": new Date(at).toUTCString(),
  });
}

/** Returns the etag of a file: that of its content. */
export function etagOf(sha256: string): string {
  return `"${sha256}"`;
}
