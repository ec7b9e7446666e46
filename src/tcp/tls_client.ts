/**
 * The client's side of TLS that shows a certificate.
 *
 * It is `node:tls`: of Deno's two ways only `Deno.connectTls` shows one, which
 * leaves Nagle's algorithm on, so that a small message waits some 40 ms for the
 * acknowledgement of the one before. Everything is verified that Deno verifies:
 * the chain, the time and the name.
 *
 * @module
 */
import { isIP } from "node:net";
import { connect } from "node:tls";
import type { Address, Transport } from "../session/mod.ts";
import type { TlsClientOptions } from "./tls_options.ts";
import { TlsTransport } from "./tls_transport.ts";

/** Starts TLS on a connected socket. The options have been checked. */
export function startTls(
  socket: Transport,
  address: Address,
  options: TlsClientOptions,
): TlsTransport {
  const { hostname = "127.0.0.1" } = address;
  const { cert, key, caCerts = [], serverName = hostname } = options;
  return new TlsTransport(socket, (pipe, secured, fail) => {
    const tls = connect({
      socket: pipe,
      // The name that the certificate must have; an address is not announced.
      host: serverName,
      servername: isIP(serverName) === 0 ? serverName : "",
      // They replace those that Deno trusts, which only --allow-sys could list.
      ...caCerts.length === 0 ? {} : { ca: [...caCerts] },
      rejectUnauthorized: true,
      ...cert === undefined ? {} : { cert },
      ...key === undefined ? {} : { key },
    });
    tls.once("error", fail);
    tls.once("secureConnect", () => secured(tls));
  });
}
