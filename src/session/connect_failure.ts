/**
 * Why a first connect failed, for those who asked for it.
 *
 * @module
 */
import { ConnectError, SocketLostError } from "./errors.ts";
import { ProtocolError, TruncatedError } from "./wire/errors.ts";

/**
 * Returns the error of a connect that failed with `cause`. A peer that ends
 * the handshake, or breaks its rules, does not speak Troupe's protocol: that
 * is a {@linkcode ConnectError}, and everything else stays as it is.
 */
export function explainFailure(cause: unknown, address: string): unknown {
  const silent = cause instanceof SocketLostError;
  if (!silent && !(cause instanceof ProtocolError)) return cause;
  const what = silent || cause instanceof TruncatedError
    ? "the socket ended in the handshake"
    : "the handshake failed";
  return new ConnectError(
    `Cannot connect to ${address}: ${what}: ${cause.message}`,
    { cause },
  );
}
