/**
 * The network in place of TCP, as listeners and pools take it.
 *
 * @module
 */
import { checkFunction, checkObject } from "../checks/internal.ts";
import type { Network } from "../session/mod.ts";

/**
 * Checks the network of a listener or a pool, if there is one.
 *
 * @throws {TypeError} if it is not a network, or TLS is asked for as well.
 */
export function checkNetwork(
  { network, tls }: { readonly network?: unknown; readonly tls?: unknown },
): void {
  if (network === undefined) return;
  checkObject("network", network, "a network, such as new MemoryNetwork()");
  const { listen, connect } = network as Partial<Network>;
  checkFunction("network.listen", listen);
  checkFunction("network.connect", connect);
  if (tls !== undefined) {
    throw new TypeError(
      "Cannot use tls: the network has no TLS, leave one out",
    );
  }
}
