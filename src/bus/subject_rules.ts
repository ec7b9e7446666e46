/**
 * What a subject and a pattern may be, and which subjects a pattern matches.
 *
 * @module
 */
import { checkString, shown } from "../checks/internal.ts";

/** Bytes of the longest subject or pattern, in UTF-8. */
export const MAX_SUBJECT_BYTES = 255;

/** What begins the subjects of the bus itself, which nobody else publishes on. */
export const RESERVED_PREFIX = "$";

// deno-lint-ignore no-control-regex -- What no token may have.
const NOT_IN_TOKEN = /[\x00-\x20\x7f.*>]/;

/**
 * Checks a subject to publish on: it has no wildcards.
 *
 * @throws {TypeError} if it is not text, or no subject.
 * @throws {RangeError} if it is too long.
 */
export function checkSubject(name: string, value: unknown): void {
  checkTokens(name, value, () => false, "no wildcards");
}

/**
 * Checks a subject that an application publishes on: it is none of the bus
 * itself.
 *
 * @throws {TypeError} if it is not text, no subject, or one of the bus.
 * @throws {RangeError} if it is too long.
 */
export function checkOwnSubject(name: string, value: unknown): void {
  checkSubject(name, value);
  if (typeof value === "string" && value.startsWith(RESERVED_PREFIX)) {
    throw new TypeError(
      `Cannot use ${name}: it is ${
        shown(value)
      }, it must not begin with ${RESERVED_PREFIX}, as the subjects of the bus itself do`,
    );
  }
}

/**
 * Checks a pattern to subscribe to, which may be a subject.
 *
 * @throws {TypeError} if it is not text, or no pattern.
 * @throws {RangeError} if it is too long.
 */
export function checkPattern(name: string, value: unknown): void {
  checkTokens(
    name,
    value,
    (token, isLast) => token === "*" || (token === ">" && isLast),
    "* for one token, or > for the rest as the last one",
  );
}

/**
 * Checks what is put in place of a wildcard.
 *
 * @throws {TypeError} if it is not text, or more or less than one token.
 */
export function checkToken(token: unknown): void {
  checkString("a token", token);
  if (token !== "" && !NOT_IN_TOKEN.test(token)) return;
  throw new TypeError(
    `Cannot use a token: it is ${
      shown(token)
    }, it must be text without dots, wildcards and spaces`,
  );
}

function checkTokens(
  name: string,
  value: unknown,
  isWildcard: (token: string, isLast: boolean) => boolean,
  wildcards: string,
): asserts value is string {
  checkString(name, value);
  const tokens = value.split(".");
  const isValid = tokens.every((token, index) =>
    isWildcard(token, index === tokens.length - 1) ||
    (token !== "" && !NOT_IN_TOKEN.test(token))
  );
  if (!isValid) {
    throw new TypeError(
      `Cannot use ${name}: it is ${
        shown(value)
      }, it must be tokens with dots between them, such as orders.eu.created, without spaces and with ${wildcards}`,
    );
  }
  // A character has at most three bytes for each unit of UTF-16.
  if (value.length * 3 <= MAX_SUBJECT_BYTES) return;
  const { length } = new TextEncoder().encode(value);
  if (length > MAX_SUBJECT_BYTES) {
    throw new RangeError(
      `Cannot use ${name}: it has ${length} bytes, it must have ${MAX_SUBJECT_BYTES} at most`,
    );
  }
}

/** Returns whether a pattern matches a subject; both must be valid. */
export function matches(pattern: string, subject: string): boolean {
  const wanted = pattern.split(".");
  const tokens = subject.split(".");
  const hasRest = wanted.at(-1) === ">";
  if (
    hasRest ? tokens.length < wanted.length : tokens.length !== wanted.length
  ) return false;
  return wanted.every((token, index) =>
    token === "*" || (token === ">" && hasRest) || token === tokens[index]
  );
}
