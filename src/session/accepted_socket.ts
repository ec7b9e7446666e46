/**
 * What a listener knows of a socket that was accepted.
 *
 * @module
 */
import type { Address } from "./options.ts";
import type { Transport } from "./transport.ts";

/** The certificate of a client, which was found to be good. */
export interface PeerCertificate {
  /** Its subject, as in `CN=worker-7`; one line for each part. */
  readonly subject: string;
  /** The SHA-256 of the certificate, as in `8C:E8:…`, to know it again. */
  readonly fingerprint256: string;
  /** All of it, in DER; `new X509Certificate(raw)` reads it. */
  readonly raw: Uint8Array;
}

/** A socket that a client has opened. */
export interface AcceptedSocket {
  /** Its bytes; who accepts it closes it. */
  readonly transport: Transport;
  /** Where the client is. */
  readonly remote: Required<Address>;
  /**
   * The client's certificate if one was asked for; known as soon as a read or
   * a write of the transport has succeeded.
   */
  readonly peerCertificate?: PeerCertificate | undefined;
}
