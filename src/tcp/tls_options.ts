/**
 * Options of TLS, checked before a socket is opened: the TLS libraries say
 * little about a bad certificate or key, or nothing at all.
 *
 * @module
 */
import { createPrivateKey, X509Certificate } from "node:crypto";
import {
  checkArray,
  checkObject,
  checkOptionNames,
  checkString,
  type OptionNames,
} from "../checks/internal.ts";

/** TLS options of a listener. */
export interface TlsServerOptions {
  /** The server's certificate and those between it and its authority, PEM. */
  readonly cert: string;
  /** The private key of the certificate, PEM, not encrypted. */
  readonly key: string;
  /**
   * Certificates of authorities, PEM: a client must show a certificate that
   * one of these has signed. Such clients cannot resume an earlier TLS session,
   * as their certificate would not be checked again. Without this option,
   * clients need no certificate.
   */
  readonly clientCaCerts?: readonly string[];
}

/** TLS options of a pool. */
export interface TlsClientOptions {
  /**
   * Certificates of authorities, PEM, that may have signed the server's, in
   * addition to those that Deno trusts; together with `cert`, these alone.
   */
  readonly caCerts?: readonly string[];
  /**
   * The client's certificate and those between it and its authority, PEM, for
   * a server that asks for one. Needs `key`.
   */
  readonly cert?: string;
  /** The private key of the certificate, PEM, not encrypted. */
  readonly key?: string;
  /**
   * The name that the server's certificate must have, if it is not the
   * hostname of the address.
   */
  readonly serverName?: string;
}

const SERVER_NAMES: OptionNames<TlsServerOptions> = {
  cert: true,
  key: true,
  clientCaCerts: true,
};

const CLIENT_NAMES: OptionNames<TlsClientOptions> = {
  caCerts: true,
  cert: true,
  key: true,
  serverName: true,
};

/**
 * Checks the options of a server.
 *
 * @throws {TypeError} that says which one is wrong, without showing a key.
 */
export function checkTlsServerOptions(options: TlsServerOptions): void {
  checkObject("tls", options, "{ cert, key }");
  checkOptionNames("tls", options, SERVER_NAMES);
  checkPair(options.cert, options.key);
  const { clientCaCerts } = options;
  if (clientCaCerts === undefined) return;
  checkArray("clientCaCerts", clientCaCerts, PEM_TEXTS);
  if (clientCaCerts.length === 0) {
    throw new TypeError(
      "Cannot use clientCaCerts: it is empty and no client could connect, leave it out to ask for no certificates",
    );
  }
  checkAuthorities("clientCaCerts", clientCaCerts);
}

/**
 * Checks the options of a client.
 *
 * @throws {TypeError} that says which one is wrong, without showing a key.
 */
export function checkTlsClientOptions(options: TlsClientOptions): void {
  checkObject("tls", options, "{ caCerts, cert, key, serverName }");
  checkOptionNames("tls", options, CLIENT_NAMES);
  const { cert, key, serverName, caCerts = [] } = options;
  if ((cert === undefined) !== (key === undefined)) {
    throw new TypeError(
      `Cannot use ${cert === undefined ? "key" : "cert"}: ${
        cert === undefined ? "cert" : "key"
      } is missing, pass both or neither`,
    );
  }
  if (cert !== undefined && key !== undefined) checkPair(cert, key);
  if (serverName !== undefined) checkString("serverName", serverName);
  checkArray("caCerts", caCerts, PEM_TEXTS);
  checkAuthorities("caCerts", caCerts);
}

/** Returns the certificates in PEM texts, in their order. */
export function certificatesIn(texts: readonly string[]): X509Certificate[] {
  return texts.flatMap((text) => text.match(PEM_CERTIFICATE) ?? [])
    .map((pem) => new X509Certificate(pem));
}

const PEM_CERTIFICATE =
  /-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----/gs;

const PEM_TEXTS = "an array of PEM texts, such as [pem]";

function checkAuthorities(name: string, texts: readonly string[]): void {
  texts.forEach((text, index) => readCertificates(`${name}[${index}]`, text));
}

function checkPair(cert: string, key: string): void {
  const [own] = readCertificates("cert", cert);
  let matches: boolean | undefined;
  try {
    matches = own?.checkPrivateKey(createPrivateKey(key));
  } catch {
    // Without the cause, which has seen the key.
    throw new TypeError(
      "Cannot use key: it is not a private key in PEM, pass the text of the key's file, not encrypted",
    );
  }
  if (matches !== true) {
    throw new TypeError(
      "Cannot use key: it is not the key of cert, pass the two that were made together",
    );
  }
}

function readCertificates(name: string, text: string): X509Certificate[] {
  let certificates: X509Certificate[] = [];
  let cause: unknown;
  try {
    certificates = certificatesIn([text]);
  } catch (error) {
    cause = error;
  }
  if (certificates.length > 0) return certificates;
  throw new TypeError(
    `Cannot use ${name}: it is not a certificate in PEM, pass the text of the certificate's file`,
    cause === undefined ? {} : { cause },
  );
}
