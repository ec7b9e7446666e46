/**
 * A TCP socket as a transport of sessions.
 *
 * @module
 */
import type { Transport } from "../session/mod.ts";

/**
 * Makes a transport of a TCP socket, with Nagle's algorithm off: sessions
 * gather small writes themselves.
 */
export function tcpTransport(socket: Deno.TcpConn): Transport {
  try {
    socket.setNoDelay(true);
  } catch {
    // The peer may have gone already: the first read says so.
  }
  let open = true;
  return {
    read: (buffer) => socket.read(buffer),
    write: (bytes) => socket.write(bytes),
    closeWrite: () => socket.closeWrite(),
    close() {
      if (open) socket.close();
      open = false;
    },
  };
}
