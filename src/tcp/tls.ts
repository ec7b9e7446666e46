/**
 * TLS in the place of plain TCP, on either side.
 *
 * @module
 */
import { abortable } from "@std/async/abortable";
import type { Acceptor } from "../session/internal.ts";
import type { Address, Transport } from "../session/mod.ts";
import { dialTcp } from "./dial.ts";
import { acceptSockets } from "./tcp_acceptor.ts";
import { tcpTransport } from "./tcp_transport.ts";
import { clientTlsError } from "./tls_errors.ts";
import {
  checkTlsServerOptions,
  type TlsClientOptions,
  type TlsServerOptions,
} from "./tls_options.ts";
import { startTls } from "./tls_client.ts";
import { acceptTls } from "./tls_server.ts";
import { CheckedTls, type TlsSource } from "./tls_source.ts";

export type { TlsClientOptions, TlsServerOptions } from "./tls_options.ts";
export type { TlsSource } from "./tls_source.ts";

/**
 * Accepts sockets over TLS. Their handshake is part of their first read or
 * write, which rejects with `ConnectError` if the client speaks no TLS or
 * lacks the certificate that `clientCaCerts` asks for. It may take for ever:
 * closing the transport ends it.
 *
 * @param isShared Whether others may open the port, too; see `listenTcp`.
 * @throws {TypeError} when a certificate or the key cannot be used.
 * @throws what {@linkcode Deno.listen} throws, as when the port is taken.
 */
export function listenTls(
  address: Address,
  options: TlsSource<TlsServerOptions>,
  isShared = false,
): Acceptor {
  const source = new CheckedTls(options, checkTlsServerOptions);
  return acceptSockets(address, isShared, (socket, remote) => {
    const accepted = acceptTls(socket, remote, source);
    return {
      transport: accepted.transport,
      remote,
      get peerCertificate() {
        return accepted.peerCertificate;
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
  source: CheckedTls<TlsClientOptions>,
  signal: AbortSignal,
): Promise<Transport> {
  signal.throwIfAborted();
  const options = await abortable(source.current(), signal);
  const { handshake, transport } = await dial(address, options, signal);
  signal.addEventListener("abort", transport.close);
  if (signal.aborted) transport.close();
  try {
    await handshake();
  } catch (cause) {
    transport.close();
    signal.throwIfAborted();
    throw clientTlsError(address, cause);
  } finally {
    signal.removeEventListener("abort", transport.close);
  }
  return transport;
}

/** A socket on which TLS was started. */
interface Dialled {
  readonly transport: Transport & { readonly close: () => void };
  readonly handshake: () => Promise<void>;
}

/** Opens the socket and starts TLS on it. */
async function dial(
  address: Address,
  options: TlsClientOptions,
  signal: AbortSignal,
): Promise<Dialled> {
  const { hostname = "127.0.0.1" } = address;
  const socket = await dialTcp(address, signal);
  if (options.cert !== undefined) {
    const tls = startTls(tcpTransport(socket), address, options);
    return {
      transport: explaining(tls, address, () => tls.cutOff),
      handshake: () => tls.handshake(),
    };
  }
  const { serverName = hostname } = options;
  const caCerts = [...options.caCerts ?? []];
  try {
    socket.setNoDelay(true);
    const tls = await Deno.startTls(socket, { hostname: serverName, caCerts });
    return {
      transport: explaining(tls, address),
      handshake: async () => void await tls.handshake(),
    };
  } catch (cause) {
    // TLS has taken it, unless that failed.
    using _failed = socket;
    throw clientTlsError(address, cause);
  }
}

/** A transport whose first read says what is wrong with the two. */
function explaining(
  connection: Transport,
  address: Address,
  isCutOff: () => boolean = () => false,
): Dialled["transport"] {
  let open = true;
  let heard = false;
  return {
    async read(buffer) {
      try {
        const count = await connection.read(buffer);
        if (count === null && !heard && isCutOff()) {
          throw new Deno.errors.UnexpectedEof("unexpected end of file");
        }
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
