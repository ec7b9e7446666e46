/**
 * An accepted socket, and what the listener knows of its client.
 *
 * @module
 */
import type { Authenticate } from "./accepted_sessions.ts";
import type { Address } from "./options.ts";
import type { Transport } from "./transport.ts";

/** The certificate of a client, which was verified. */
export interface PeerCertificate {
  /** The subject of the certificate, such as `CN=worker-7`; one line a part. */
  readonly subject: string;
  /** The SHA-256 fingerprint of the certificate, such as `8C:E8:…`. */
  readonly fingerprint256: string;
  /** The whole certificate in DER, which `new X509Certificate(raw)` reads. */
  readonly raw: Uint8Array;
}

/** A socket that a client has opened. */
export interface AcceptedSocket {
  /** The bytes of the socket; whoever accepts it closes it. */
  readonly transport: Transport;
  /** Where the client is. */
  readonly remote: Required<Address>;
  /**
   * The client's certificate if one was requested; known as soon as a read or
   * a write of the transport has succeeded.
   */
  readonly peerCertificate?: PeerCertificate | undefined;
  /**
   * Decides who the client is, in place of the listener's own `authenticate`,
   * as whoever has accepted the socket knows more of it.
   */
  readonly authenticate?: Authenticate | undefined;
  /** Called once, when the handshake is done and a session has the socket. */
  readonly onAttached?: (() => void) | undefined;
}
