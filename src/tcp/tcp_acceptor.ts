/**
 * Acceptors of TCP sockets, with or without TLS over them.
 *
 * @module
 */
import { TroupeError } from "../actor/mod.ts";
import { reasonOf } from "../checks/internal.ts";
import {
  type AcceptedSocket,
  type Acceptor,
  formatAddress,
} from "../session/internal.ts";
import type { Address, Transport } from "../session/mod.ts";
import { tcpTransport } from "./tcp_transport.ts";

/**
 * Accepts plain TCP sockets.
 *
 * @param isShared Whether other threads and processes may open the port, too:
 * the kernel then spreads new sockets. It needs `--unstable-net`.
 * @throws what {@linkcode Deno.listen} throws, as when the port is taken.
 */
export function listenTcp(address: Address, isShared = false): Acceptor {
  return acceptSockets(address, isShared, (transport, remote) => ({
    transport,
    remote,
  }));
}

/** The listener could not start; see `cause`. */
export class ListenError extends TroupeError {}

/**
 * Starts to listen at `address`.
 *
 * @throws {ListenError} when that is not possible.
 */
export function bind(
  address: Required<Address>,
  listen: (address: Required<Address>) => Acceptor,
): Acceptor {
  try {
    return listen(address);
  } catch (cause) {
    throw new ListenError(
      `Cannot listen on ${formatAddress(address)}: ${reasonOf(cause)}`,
      { cause },
    );
  }
}

/** Accepts TCP sockets and returns what `open` makes of each. */
export function acceptSockets(
  { hostname = "127.0.0.1", port }: Address,
  isShared: boolean,
  open: (transport: Transport, remote: Required<Address>) => AcceptedSocket,
): Acceptor {
  const listener = Deno.listen({
    hostname,
    port,
    ...isShared ? { reusePort: true } : {},
  });
  let listening = true;
  return {
    address: { hostname, port: listener.addr.port },
    async accept() {
      const socket = await listener.accept();
      const { hostname, port } = socket.remoteAddr;
      return open(tcpTransport(socket), { hostname, port });
    },
    close() {
      if (listening) listener.close();
      listening = false;
    },
  };
}
