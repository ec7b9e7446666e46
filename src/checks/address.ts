/**
 * Checks where to listen, and where to connect to.
 *
 * @module
 */
import { checkString } from "./kinds.ts";
import { checkNumber } from "./number.ts";
import { checkOptionNames, type OptionNames } from "./option_names.ts";

/** What an address consists of; a `Deno.NetAddr` is one. */
const ADDRESS: OptionNames<
  { hostname?: string; port: number; transport?: string }
> = { hostname: true, port: true, transport: true };

/**
 * Checks an address that is given for itself: it has no other fields than a
 * hostname and a port, so a misspelt hostname is not taken for this machine's.
 *
 * @throws {TypeError} if a field is not known or has the wrong type
 * @throws {RangeError} if the port is not a whole number from 1 to 65535
 */
export function checkPeerAddress(
  address: { readonly hostname?: string; readonly port: number },
): void {
  checkOptionNames("an address", address, ADDRESS);
  checkAddress(address, 1);
}

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
