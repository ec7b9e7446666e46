/**
 * Dials a plain TCP socket.
 *
 * @module
 */
import { ConnectError } from "./errors.ts";
import { type Address, formatAddress } from "./options.ts";
import { tcpTransport, type Transport } from "./transport.ts";

/**
 * A socket to `address`.
 *
 * @throws {ConnectError} when there is none; or the signal's reason.
 */
export async function connectTcp(
  address: Address,
  signal: AbortSignal,
): Promise<Transport> {
  try {
    const { hostname = "127.0.0.1", port } = address;
    return tcpTransport(await Deno.connect({ hostname, port, signal }));
  } catch (cause) {
    signal.throwIfAborted();
    throw new ConnectError(
      `Cannot connect to ${formatAddress(address)}: ${
        cause instanceof Error ? cause.message : cause
      }`,
      { cause },
    );
  }
}
