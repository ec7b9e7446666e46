/**
 * The part of a socket that the layer needs, so that tests can put something
 * in between.
 *
 * @module
 */

/** A two-way byte stream. */
export interface Transport {
  /** Reads into `buffer`; answers the count, or `null` at the end. */
  read(buffer: Uint8Array): Promise<number | null>;
  /** Writes some of `bytes`; answers the count. If it fails, reads end too. */
  write(bytes: Uint8Array): Promise<number>;
  /** Tells the other side that nothing more will be written. */
  closeWrite(): Promise<void>;
  /** Ends reads and writes that are pending; safe to call twice. */
  close(): void;
}

/** A TCP socket, with Nagle's algorithm off: we gather small writes. */
export function tcpTransport(socket: Deno.TcpConn): Transport {
  try {
    socket.setNoDelay(true);
  } catch {
    // The peer may have gone already: the first read tells.
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
