/**
 * Where the sockets of a session come from, on both sides.
 *
 * @module
 */
import type { Acceptor } from "./acceptor.ts";
import type { Address } from "./options.ts";
import type { Transport } from "./transport.ts";

/**
 * A way to listen and to connect in place of TCP, for the `network` option of
 * `listen` and `ConnectionPool`: `./testing` has one in memory.
 */
export interface Network {
  /**
   * Starts to accept sockets at `address`. With port 0 the network chooses one.
   * What this throws becomes the cause of a `ListenError`.
   */
  listen(address: Required<Address>): Acceptor;
  /**
   * Opens a socket to `address`, unless `signal` aborts before. A rejection
   * counts as a peer that is out of reach for now, and is the cause of a
   * `ConnectError`.
   */
  connect(address: Required<Address>, signal: AbortSignal): Promise<Transport>;
}
