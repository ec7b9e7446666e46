import { shown } from "../checks/internal.ts";

/**
 * Checks that an argument is a logical connection.
 *
 * @throws {TypeError} if it is anything else.
 */
export function checkConnection(value: unknown): void {
  if (
    typeof value === "object" && value !== null &&
    "send" in value && typeof value.send === "function" &&
    "receive" in value && typeof value.receive === "function"
  ) return;
  const what = value instanceof Promise
    ? "a promise, which must be awaited first"
    : shown(value);
  throw new TypeError(
    `Cannot use connection: it is ${what}, it must be a logical connection`,
  );
}
