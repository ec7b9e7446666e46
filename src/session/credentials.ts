/**
 * Comparing secrets.
 *
 * @module
 */
import { createHash, timingSafeEqual } from "node:crypto";

/**
 * Whether two secrets are the same, in a time that says nothing of their
 * content. What is compared are their SHA-256 hashes, so that where they
 * differ, and whether their lengths do, changes nothing; the time to hash the
 * longer one alone grows with its length.
 *
 * @example
 * ```ts
 * import { equalSecrets } from "@troupe/troupe";
 *
 * const encoder = new TextEncoder();
 * const expected = encoder.encode("open sesame");
 * console.assert(equalSecrets(encoder.encode("open sesame"), expected));
 * console.assert(!equalSecrets(encoder.encode("open"), expected));
 * ```
 */
export function equalSecrets(a: Uint8Array, b: Uint8Array): boolean {
  return timingSafeEqual(sha256(a), sha256(b));
}

function sha256(secret: Uint8Array): Uint8Array {
  return createHash("sha256").update(secret).digest();
}
