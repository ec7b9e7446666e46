/**
 * How a client proves to servers of NATS who it is.
 *
 * @module
 */

/** What an authenticator gives: a token, a user, a key, or a JWT with a key. */
export type NatsAuth =
  | { readonly auth_token: string }
  | { readonly user: string; readonly pass?: string }
  | { readonly nkey: string; readonly sig: string }
  | { readonly jwt: string; readonly nkey?: string; readonly sig?: string };

/**
 * Called with what the server wants signed, for each connection; those of
 * `@nats-io/transport-node`, such as `credsAuthenticator`, fit.
 */
export type NatsAuthenticator = (nonce?: string) => NatsAuth | void;

/** What TLS needs; each as PEM text or as the path of a file with it. */
export interface NatsTls {
  /** Certificates of the authorities that are trusted. */
  readonly ca?: string;
  /** The path of a file with `ca`. */
  readonly caFile?: string;
  /** The certificate of this client. */
  readonly cert?: string;
  /** The path of a file with `cert`. */
  readonly certFile?: string;
  /** The private key of this client. */
  readonly key?: string;
  /** The path of a file with `key`. */
  readonly keyFile?: string;
  /**
   * Whether TLS begins before the server has said anything, for servers that
   * are set up so.
   * @default {false}
   */
  readonly handshakeFirst?: boolean;
}
