/**
 * Dials a plain TCP socket, or one of another network.
 *
 * @module
 */
import {
  type Address,
  ConnectError,
  type Network,
  type Transport,
} from "../session/mod.ts";
import { reasonOf } from "../checks/internal.ts";
import { formatAddress } from "../session/internal.ts";
import { tcpTransport } from "./tcp_transport.ts";

/**
 * Connects to `address` over TCP.
 *
 * @throws {ConnectError} as a rejection, when that fails; or the signal's
 * reason.
 */
export function connectTcp(
  address: Address,
  signal: AbortSignal,
): Promise<Transport> {
  return connectOverNetwork(tcp, address, signal);
}

const tcp: Pick<Network, "connect"> = {
  connect: async ({ hostname, port }, signal) =>
    tcpTransport(await Deno.connect({ hostname, port, signal })),
};

/**
 * Connects to `address` over a network.
 *
 * @throws {ConnectError} as a rejection, when that fails; or the signal's
 * reason.
 */
export async function connectOverNetwork(
  network: Pick<Network, "connect">,
  { hostname = "127.0.0.1", port }: Address,
  signal: AbortSignal,
): Promise<Transport> {
  try {
    return await network.connect({ hostname, port }, signal);
  } catch (cause) {
    signal.throwIfAborted();
    throw new ConnectError(
      `Cannot connect to ${formatAddress({ hostname, port })}: ${
        reasonOf(cause)
      }`,
      { cause },
    );
  }
}
