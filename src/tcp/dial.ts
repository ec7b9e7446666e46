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
import { openSocket } from "./open_socket.ts";
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
  return tcpTransport(await dialTcp(address, signal));
}

/**
 * Opens a TCP socket to `address`.
 *
 * @throws {ConnectError} as a rejection, when that fails; or the signal's
 * reason.
 */
export function dialTcp(
  { hostname = "127.0.0.1", port }: Address,
  signal: AbortSignal,
): Promise<Deno.TcpConn> {
  return orConnectError(
    () => openSocket({ hostname, port, signal }),
    { hostname, port },
    signal,
  );
}

/**
 * Connects to `address` over a network.
 *
 * @throws {ConnectError} as a rejection, when that fails; or the signal's
 * reason.
 */
export function connectOverNetwork(
  network: Pick<Network, "connect">,
  { hostname = "127.0.0.1", port }: Address,
  signal: AbortSignal,
): Promise<Transport> {
  return orConnectError(
    () => network.connect({ hostname, port }, signal),
    { hostname, port },
    signal,
  );
}

async function orConnectError<T>(
  connect: () => Promise<T>,
  address: Address,
  signal: AbortSignal,
): Promise<T> {
  try {
    return await connect();
  } catch (cause) {
    signal.throwIfAborted();
    throw new ConnectError(
      `Cannot connect to ${formatAddress(address)}: ${reasonOf(cause)}`,
      { cause },
    );
  }
}
