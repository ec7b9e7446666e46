/**
 * Dials a plain TCP socket.
 *
 * @module
 */
import { type Address, ConnectError, type Transport } from "../session/mod.ts";
import { reasonOf } from "../checks/internal.ts";
import { formatAddress } from "../session/internal.ts";
import { tcpTransport } from "./tcp_transport.ts";

/**
 * Connects to `address` over TCP.
 *
 * @throws {ConnectError} as a rejection, when that fails; or the signal's
 * reason.
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
      `Cannot connect to ${formatAddress(address)}: ${reasonOf(cause)}`,
      { cause },
    );
  }
}
