import { shown } from "../checks/internal.ts";

/**
 * Returns the option `prefix`, the path below which a server is mounted, with a
 * slash at its end.
 *
 * @param example A prefix that makes sense there, for the error.
 * @throws {TypeError} if it is not a path.
 */
export function resolvePrefix(
  prefix: string | undefined,
  example: string,
): string {
  if (prefix === undefined) return "/";
  const whole = `${prefix}`.endsWith("/") ? prefix : `${prefix}/`;
  const isPath = typeof prefix === "string" &&
    /^\/(?:[\w.~-]+\/)*$/.test(whole);
  if (isPath) return whole;
  throw new TypeError(
    `Cannot use prefix: it is ${
      shown(prefix)
    }, it must be a path that starts with /, such as ${example}`,
  );
}
