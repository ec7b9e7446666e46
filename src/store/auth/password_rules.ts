/**
 * Which texts are passwords, and the bytes that are hashed of them.
 *
 * @module
 */

/** The least and the most bytes of a password, in UTF-8 and in NFC. */
export interface PasswordBounds {
  readonly minBytes: number;
  readonly maxBytes: number;
}

const encoder = new TextEncoder();

/**
 * Returns the bytes of a password: its Unicode Normalization Form C in UTF-8,
 * so that `é` is one password however a keyboard makes it. Nothing is trimmed
 * or folded otherwise.
 */
export function passwordBytes(password: string): Uint8Array {
  return encoder.encode(password.normalize("NFC"));
}

/**
 * Returns why a text can be nobody's password, as words that follow "it", or
 * `undefined`. It is the check of a login: a password that was set under other
 * bounds still works.
 */
export function faultOfAttempt(
  password: string,
  { maxBytes }: PasswordBounds,
): string | undefined {
  // However it is composed, it has a byte for three code units at least.
  if (password.length > 3 * maxBytes) return tooLong(maxBytes);
  // Halves of surrogate pairs would all be the same replacement character.
  if (!password.isWellFormed()) return "has half a surrogate pair";
  // Other programs, and other hashes, end at it.
  if (password.includes("\0")) return "has the character U+0000";
  return passwordBytes(password).length > maxBytes
    ? tooLong(maxBytes)
    : undefined;
}

/** Returns why a text cannot be a new password, or `undefined`. */
export function faultOfPassword(
  password: string,
  bounds: PasswordBounds,
): string | undefined {
  const fault = faultOfAttempt(password, bounds);
  if (fault !== undefined) return fault;
  return passwordBytes(password).length < bounds.minBytes
    ? `has fewer than ${bounds.minBytes} bytes`
    : undefined;
}

function tooLong(maxBytes: number): string {
  return `has more than ${maxBytes} bytes`;
}
