/**
 * Compares secrets in constant time.
 *
 * @module
 */
import { checkBytes } from "../checks/internal.ts";
import { createHash, timingSafeEqual } from "node:crypto";

/**
 * Returns whether two secrets are equal, in a time that reveals nothing about
 * their content: it compares their SHA-256 hashes, so it makes no difference
 * where the secrets differ or whether their lengths do. Only the time to hash
 * them grows with their lengths.
 *
 * @example
 * ```ts
 * import { equalSecrets } from "@troupe/troupe/session";
 *
 * const encoder = new TextEncoder();
 * const expected = encoder.encode("open sesame");
 * console.assert(equalSecrets(encoder.encode("open sesame"), expected));
 * console.assert(!equalSecrets(encoder.encode("open"), expected));
 * ```
 *
 * @throws {TypeError} if one of them is not bytes; the error does not show it.
 */
export function equalSecrets(a: Uint8Array, b: Uint8Array): boolean {
  checkBytes("a secret", a);
  checkBytes("a secret", b);
  return timingSafeEqual(sha256(a), sha256(b));
}

function sha256(secret: Uint8Array): Uint8Array {
  return createHash("sha256").update(secret).digest();
}
