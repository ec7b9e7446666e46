/**
 * Checks where to listen, and where to connect to.
 *
 * @module
 */
import { checkString } from "./kinds.ts";
import { checkNumber } from "./number.ts";

/**
 * Checks a hostname, which may be left out, and a port.
 *
 * @param minPort 1, or 0 where the operating system may choose the port.
 * @throws {TypeError} if the hostname is not a string, or the port not a number
 * @throws {RangeError} if the port is not a whole number up to 65535
 */
export function checkAddress(
  { hostname, port }: { readonly hostname?: unknown; readonly port?: unknown },
  minPort: 0 | 1,
): void {
  if (hostname !== undefined) checkString("hostname", hostname);
  checkNumber("port", port, { min: minPort, max: 65_535, integer: true });
}
