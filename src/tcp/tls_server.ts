/**
 * The server's side of TLS over one accepted socket.
 *
 * It is `node:tls` and not `Deno.listenTls`, because that cannot ask for
 * client certificates or turn Nagle's algorithm off, and because closing one
 * of its sockets leaves the descriptor open for as long as the client likes,
 * if that has not finished its handshake or does not read.
 *
 * @module
 */
import type { X509Certificate } from "node:crypto";
import { createServer } from "node:tls";
import type { Address, PeerCertificate, Transport } from "../session/mod.ts";
import { serverTlsError } from "./tls_errors.ts";
import { refuseClient } from "./tls_client_check.ts";
import type { TlsServerOptions } from "./tls_options.ts";
import type { CheckedTls } from "./tls_source.ts";
import { type Secure, TlsTransport } from "./tls_transport.ts";

/** No time-out of its own, whose timer would outlive a client that failed. */
const NO_HANDSHAKE_TIMEOUT = -1;

/** An accepted socket over TLS. */
export interface TlsAccepted {
  readonly transport: Transport;
  /** The client's certificate after the handshake, if one was asked for. */
  readonly peerCertificate: PeerCertificate | undefined;
}

/** Accepts TLS on a socket, with the options of that moment. */
export function acceptTls(
  socket: Transport,
  remote: Address,
  source: CheckedTls<TlsServerOptions>,
): TlsAccepted {
  let shown: X509Certificate | undefined;
  const secure: Secure = async (pipe, secured, fail) => {
    const { cert, key, clientCaCerts } = await source.current();
    const server = createServer({
      cert,
      key,
      handshakeTimeout: NO_HANDSHAKE_TIMEOUT,
      ...clientCaCerts === undefined
        ? {}
        : { ca: [...clientCaCerts], requestCert: true },
    });
    server.once("tlsClientError", (cause, tls) => {
      const { authorizationError } = tls;
      const refusal = authorizationError ? `${authorizationError}` : undefined;
      fail(serverTlsError(remote, cause, refusal));
    });
    server.once("secureConnection", (tls) => {
      if (clientCaCerts !== undefined) {
        const certificate = tls.getPeerX509Certificate();
        const refusal = refuseClient({
          certificate,
          resumed: tls.isSessionReused(),
          authorized: tls.authorized,
        }, clientCaCerts);
        if (refusal !== undefined) {
          // What TLS reports of it later is no news.
          tls.on("error", () => {});
          fail(serverTlsError(remote, new Error(refusal)));
          tls.destroy();
          return;
        }
        shown = certificate;
      }
      secured(tls);
    });
    server.emit("connection", pipe);
  };
  return {
    transport: new TlsTransport(socket, secure),
    get peerCertificate() {
      if (shown === undefined) return undefined;
      const { subject, fingerprint256, raw } = shown;
      return { subject, fingerprint256, raw };
    },
  };
}
