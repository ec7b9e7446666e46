/**
 * Dials the peer of a pool, as the pool's options say.
 *
 * @module
 */
import type { Address, Transport } from "../session/mod.ts";
import { connectOverNetwork, connectTcp } from "./dial.ts";
import type { PoolSettings } from "./pool_options.ts";
import { connectTls } from "./tls.ts";

/**
 * Opens a socket to `address`: over the pool's network, its TLS or plain TCP.
 *
 * @throws {ConnectError} as a rejection, when that fails; or the signal's
 * reason.
 */
export function dialPeer(
  { options: { network }, tls }: PoolSettings,
  address: Address,
  signal: AbortSignal,
): Promise<Transport> {
  if (network !== undefined) {
    return connectOverNetwork(network, address, signal);
  }
  return tls === undefined
    ? connectTcp(address, signal)
    : connectTls(address, tls, signal);
}
