/**
 * What the servers of the tests keep: the objects of a bucket, and uploads
 * that were begun.
 *
 * @module
 */
import { createHash } from "node:crypto";

/** An object of a bucket. */
export interface KeptObject {
  readonly key: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly contentType: string;
  readonly etag: string;
  readonly modifiedAt: Date;
  /** What is stored with it. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** An upload that was begun, and not ended. */
export interface KeptUpload {
  readonly key: string;
  readonly contentType: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly ifAbsent: boolean;
  readonly parts: Map<number, Uint8Array<ArrayBuffer>>;
}

/** Objects and uploads. */
export class KeptObjects {
  readonly objects: Map<string, KeptObject> = new Map();
  readonly uploads: Map<string, KeptUpload> = new Map();

  /** Keys in the order of their bytes: those after one, or from it on. */
  keys(
    prefix: string,
    { after = "", from = "" }: { after?: string; from?: string },
  ): string[] {
    return [...this.objects.keys()]
      .map((key) => ({ key, hex: hexOf(key) }))
      .filter(({ key, hex }) =>
        key.startsWith(prefix) && (after === "" || hex > hexOf(after)) &&
        hex >= hexOf(from)
      )
      .sort((a, b) => a.hex < b.hex ? -1 : 1)
      .map(({ key }) => key);
  }

  put(
    key: string,
    bytes: Uint8Array<ArrayBuffer>,
    object: Pick<KeptObject, "contentType" | "metadata">,
    etag: string = md5(bytes),
  ): KeptObject {
    const { contentType, metadata } = object;
    const modifiedAt = new Date();
    const kept = { key, bytes, contentType, etag, modifiedAt, metadata };
    this.objects.set(key, kept);
    return kept;
  }
}

function hexOf(text: string): string {
  return new TextEncoder().encode(text).toHex();
}

/** Returns bytes one after another. */
export function concat(all: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(all.reduce((sum, one) => sum + one.length, 0));
  let at = 0;
  for (const one of all) {
    bytes.set(one, at);
    at += one.length;
  }
  return bytes;
}

/** Returns the MD5 of bytes as hexadecimal digits. */
export function md5(bytes: Uint8Array): string {
  return createHash("md5").update(bytes).digest("hex");
}

/** Returns the part of an object that a range asks for, with its headers. */
export function partOf(
  bytes: Uint8Array<ArrayBuffer>,
  range: string | null,
): {
  readonly status: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly headers: Readonly<Record<string, string>>;
} {
  const size = bytes.length;
  const match = range?.match(/^bytes=(\d+)-(\d*)$/);
  if (match === undefined || match === null) {
    return { status: 200, bytes, headers: {} };
  }
  const from = Number(match[1]);
  const end = match[2] === "" ? size : Math.min(Number(match[2]) + 1, size);
  if (from >= size) return { status: 416, bytes, headers: {} };
  return {
    status: 206,
    bytes: bytes.subarray(from, end),
    headers: { "content-range": `bytes ${from}-${end - 1}/${size}` },
  };
}
