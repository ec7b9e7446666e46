/**
 * Whether a client that showed a certificate is let in.
 *
 * @module
 */
import { certificatesIn } from "./tls_options.ts";

/** Facts about a client after its handshake. */
export interface TlsClient {
  /** The certificate of this session, or of the one that it resumes. */
  readonly certificate: { readonly fingerprint256: string } | undefined;
  /** Whether it resumes an earlier session. */
  readonly resumed: boolean;
  /** Whether `node:tls` found the certificate to be good. */
  readonly authorized: boolean;
}

/**
 * Returns why a client that `node:tls` has let in is refused after all, or
 * `undefined` if it is not. Deno's `node:tls` is lenient where it must not be.
 * It resumes a session that was started with any server of this process,
 * whichever authorities that trusts, or that was refused after the handshake.
 * And it takes the certificate of an authority of X.509 version 1 without a
 * proof that the client has its key.
 */
export function refuseClient(
  { certificate, resumed, authorized }: TlsClient,
  authorities: readonly string[],
): string | undefined {
  if (resumed) {
    return "it resumes an earlier TLS session, make it start a new one";
  }
  if (!authorized || certificate === undefined) {
    return "its certificate was not found to be good, give it one that is signed by one of clientCaCerts";
  }
  const isAuthority = certificatesIn(authorities).some((authority) =>
    authority.fingerprint256 === certificate.fingerprint256
  );
  return isAuthority
    ? "it showed the certificate of an authority, give it one of its own"
    : undefined;
}
