/**
 * Opens a TCP socket to somebody else.
 *
 * @module
 */

/** Connects over TCP, as `Deno.connect` does. */
export type Connect = (
  options: Deno.ConnectOptions & { signal: AbortSignal },
) => Promise<Deno.TcpConn>;

/**
 * Connects as {@linkcode Deno.connect} does, but never to itself. While nobody
 * listens on a port of the range from which the system takes those of outgoing
 * sockets, a socket to it may get that very port for its own end. TCP then
 * connects the socket to itself, and it keeps the port from its server.
 *
 * @throws what `Deno.connect` throws, as a rejection; `ConnectionRefused` for
 * such a socket, which is closed.
 */
export async function openSocket(
  options: Deno.ConnectOptions & { signal: AbortSignal },
  connect: Connect = Deno.connect,
): Promise<Deno.TcpConn> {
  const socket = await connect(options);
  const { localAddr, remoteAddr } = socket;
  const isItself = localAddr.port === remoteAddr.port &&
    localAddr.hostname === remoteAddr.hostname;
  if (!isItself) return socket;
  await reset(socket);
  throw new Deno.errors.ConnectionRefused(
    "the socket has connected to itself, as nobody listens there",
  );
}

/**
 * Closes a socket by a reset, as an orderly close would leave its port taken
 * for another minute (`TIME_WAIT`). A reset is what becomes of a socket that is
 * closed with bytes unread. `close` ends the writing first, which is too
 * orderly here; a TLS connection that is closed in its handshake does not.
 */
async function reset(socket: Deno.TcpConn): Promise<void> {
  using _ = socket;
  await socket.write(new Uint8Array(1));
  const connection = await Deno.startTls(socket, { hostname: "localhost" });
  connection.close();
}
