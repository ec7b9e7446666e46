/**
 * TLS in the place of plain TCP, on either side.
 *
 * @module
 */
import type { Acceptor } from "../session/internal.ts";
import type { Address, Transport } from "../session/mod.ts";
import { dialTcp } from "./dial.ts";
import { acceptSockets } from "./tcp_acceptor.ts";
import { clientTlsError } from "./tls_errors.ts";
import {
  checkTlsClientOptions,
  checkTlsServerOptions,
  type TlsClientOptions,
  type TlsServerOptions,
} from "./tls_options.ts";
import { TlsServerTransport } from "./tls_server.ts";

export type { TlsClientOptions, TlsServerOptions } from "./tls_options.ts";

/**
 * Accepts sockets over TLS. Their handshake is part of their first read or
 * write, which rejects with `ConnectError` if the client speaks no TLS or
 * lacks the certificate that `clientCaCerts` asks for. It may take for ever:
 * closing the transport ends it.
 *
 * @throws {TypeError} when a certificate or the key cannot be used.
 * @throws what {@linkcode Deno.listen} throws, as when the port is taken.
 */
export function listenTls(
  address: Address,
  options: TlsServerOptions,
): Acceptor {
  checkTlsServerOptions(options);
  return acceptSockets(address, (socket, remote) => {
    const transport = new TlsServerTransport(socket, remote, options);
    return {
      transport,
      remote,
      get peerCertificate() {
        return transport.peerCertificate;
      },
    };
  });
}

/**
 * Connects over TLS and finishes the handshake. A server that refuses the
 * client's certificate says so afterwards: then the first read rejects with
 * `ConnectError`.
 *
 * @param signal Gives up the attempt, which rejects with its reason.
 * @throws {ConnectError} as a rejection, when the two cannot agree on TLS; its
 * message says what to change; or when no TCP socket could be opened.
 * @throws {TypeError} as a rejection, when a certificate or the key cannot be
 * used.
 */
export async function connectTls(
  address: Address,
  options: TlsClientOptions,
  signal: AbortSignal,
): Promise<Transport> {
  signal.throwIfAborted();
  checkTlsClientOptions(options);
  const connection = await dial(address, options, signal);
  const transport = clientTransport(connection, address);
  signal.addEventListener("abort", transport.close);
  if (signal.aborted) transport.close();
  try {
    await connection.handshake();
  } catch (cause) {
    transport.close();
    signal.throwIfAborted();
    throw clientTlsError(address, cause);
  } finally {
    signal.removeEventListener("abort", transport.close);
  }
  return transport;
}

/** Opens the socket and starts TLS on it. */
async function dial(
  address: Address,
  options: TlsClientOptions,
  signal: AbortSignal,
): Promise<Deno.TlsConn> {
  const { hostname = "127.0.0.1", port } = address;
  const { cert, key, serverName = hostname } = options;
  const caCerts = [...options.caCerts ?? []];
  if (cert !== undefined && key !== undefined) {
    // Of Deno's two ways, only this shows a certificate.
    const shown = { hostname, port, caCerts, cert, key };
    return await dialWith(shown, signal).catch((cause) => {
      signal.throwIfAborted();
      throw clientTlsError(address, cause);
    });
  }
  // And only this can be given up, and can turn Nagle's algorithm off.
  using socket = await dialTcp(address, signal);
  try {
    socket.setNoDelay(true);
    return await Deno.startTls(socket, { hostname: serverName, caCerts });
  } catch (cause) {
    throw clientTlsError(address, cause);
  }
}

/** `Deno.connectTls` takes no signal: a socket that comes late is closed. */
function dialWith(
  options: Deno.ConnectTlsOptions & Deno.TlsCertifiedKeyPem,
  signal: AbortSignal,
): Promise<Deno.TlsConn> {
  const { promise, resolve, reject } = Promise.withResolvers<Deno.TlsConn>();
  const giveUp = (): void => reject(signal.reason);
  signal.addEventListener("abort", giveUp);
  Deno.connectTls(options).then(
    (connection) => signal.aborted ? connection.close() : resolve(connection),
    reject,
  ).finally(() => signal.removeEventListener("abort", giveUp));
  return promise;
}

function clientTransport(
  connection: Deno.TlsConn,
  address: Address,
): Transport {
  let open = true;
  let heard = false;
  return {
    async read(buffer) {
      try {
        const count = await connection.read(buffer);
        heard = true;
        return count;
      } catch (cause) {
        // A server looks at the certificate after the client's handshake.
        throw heard || !open ? cause : clientTlsError(address, cause);
      }
    },
    write: (bytes) => connection.write(bytes),
    closeWrite: () => connection.closeWrite(),
    close() {
      if (open) connection.close();
      open = false;
    },
  };
}
