/**
 * Errors of TLS, with texts that say what to do.
 *
 * @module
 */
import { reasonOf } from "../checks/internal.ts";
import { type Address, ConnectError } from "../session/mod.ts";
import { formatAddress } from "../session/internal.ts";

/** Meaning of a message or a code of the TLS library, and what to do. */
type Advice = readonly [pattern: RegExp, text: string];

const FOR_CLIENTS: readonly Advice[] = [
  [
    /UnknownIssuer|SELF_SIGNED|UNABLE_TO/,
    "the server's certificate is signed by no authority that is known here, pass that authority's certificate in caCerts",
  ],
  [
    /not valid for name|NotValidForName|ALTNAME_INVALID/,
    "the server's certificate is for other names, connect to one of these or pass serverName",
  ],
  [
    /invalid peer certificate.*expired|CERT_HAS_EXPIRED/i,
    "the server's certificate has expired, renew it or set the clock of this machine",
  ],
  [
    /invalid peer certificate.*not ?valid ?yet|CERT_NOT_YET_VALID/i,
    "the server's certificate is not valid yet, set the clock of this machine",
  ],
  [
    /alert: CertificateRequired/,
    "the server wants a certificate, pass cert and key",
  ],
  [
    /alert: .*(Certificate|UnknownCA|AccessDenied)/,
    "the server refused the certificate, pass a cert that is signed by one of its clientCaCerts",
  ],
  [
    /InvalidContentType|corrupt message|WRONG_VERSION_NUMBER/,
    "the server does not speak TLS, correct the port or connect without TLS",
  ],
  [
    /unexpected end of file|close_notify|reset by peer|broken pipe|ECONNRESET|disconnected before/i,
    "the server hung up, it speaks no TLS or does not accept this client's certificate",
  ],
];

const FOR_SERVERS: readonly Advice[] = [
  [
    /NOT_RETURN_A_CERTIFICATE/,
    "it showed no certificate, give it cert and key",
  ],
  [
    /CERT_HAS_EXPIRED/,
    "its certificate has expired, renew it or set the clock of this machine",
  ],
  [
    /CERT_NOT_YET_VALID/,
    "its certificate is not valid yet, set the clock of this machine",
  ],
  [
    /UNABLE_TO|SELF_SIGNED|INVALID_PURPOSE/,
    "its certificate is not signed by one of clientCaCerts or lacks the usage clientAuth, give it one that is signed and has it",
  ],
  [
    /ALERT_(UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE)/,
    "it does not trust this server's certificate, give it caCerts and a name that the certificate has",
  ],
  [/WRONG_VERSION_NUMBER/, "it does not speak TLS, connect it with TLS"],
  [/ECONNRESET/, "it hung up"],
];

/** Returns a client's error for what failed before the first byte came. */
export function clientTlsError(
  address: Address,
  cause: unknown,
): ConnectError {
  return new ConnectError(
    `Cannot connect over TLS to ${formatAddress(address)}: ${
      explain(FOR_CLIENTS, cause)
    }`,
    { cause },
  );
}

/**
 * Returns a server's error for a client that failed in the handshake.
 *
 * @param refusal The code of what is wrong with its certificate, if known.
 */
export function serverTlsError(
  remote: Address,
  cause: unknown,
  refusal?: string,
): ConnectError {
  return new ConnectError(
    `Cannot accept the client at ${formatAddress(remote)} over TLS: ${
      explain(FOR_SERVERS, cause, refusal)
    }`,
    { cause },
  );
}

function explain(
  table: readonly Advice[],
  cause: unknown,
  refusal?: string,
): string {
  const message = reasonOf(cause);
  const code = cause instanceof Error && "code" in cause ? cause.code : "";
  const said = refusal ?? `${code} ${message}`;
  const advice = table.find(([pattern]) => pattern.test(said));
  return advice === undefined
    ? message
    : `${advice[1]} (${refusal ?? message})`;
}
