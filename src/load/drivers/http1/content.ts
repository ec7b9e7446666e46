/**
 * The content of a compressed body.
 *
 * @module
 */
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { reasonOf } from "../../../checks/internal.ts";
import { DriverError } from "../driver_error.ts";
import { tooLarge } from "../http_outcome.ts";

/**
 * Decompresses what was asked for; whatever else is as it came.
 *
 * @throws {DriverError} if it cannot be decompressed, or has more bytes than
 * that.
 */
export function contentOf(
  encoding: string,
  body: Uint8Array,
  maxBytes: number,
): Uint8Array {
  const decompress = DECOMPRESS.get(encoding.trim().toLowerCase());
  if (decompress === undefined || body.length === 0) return body;
  try {
    return decompress(body, { maxOutputLength: maxBytes });
  } catch (cause) {
    if (cause instanceof RangeError) throw tooLarge(maxBytes);
    throw new DriverError(
      `Cannot decompress the response: ${reasonOf(cause)}`,
      { cause },
    );
  }
}

const DECOMPRESS: ReadonlyMap<string, typeof gunzipSync> = new Map([
  ["gzip", gunzipSync],
  ["br", brotliDecompressSync],
]);
