/**
 * The credentials that a dialling side shows, as an option.
 *
 * @module
 */
import { checkBytes } from "../checks/internal.ts";

/**
 * Returns the option `credentials` as a function, which is called before each
 * socket.
 *
 * @throws {TypeError} if it is neither bytes nor a function.
 */
export function resolveCredentials(
  credentials: Uint8Array | (() => Uint8Array) | undefined,
): (() => Uint8Array) | undefined {
  if (credentials === undefined) return undefined;
  if (typeof credentials !== "function") {
    checkBytes("credentials", credentials);
    return () => credentials;
  }
  return () => {
    const bytes = credentials();
    checkBytes("what credentials() returns", bytes);
    return bytes;
  };
}
