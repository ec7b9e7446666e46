/**
 * Why a first connect failed, in the words of whoever asked for it.
 *
 * @module
 */
import {
  ConnectError,
  ProtocolError,
  SessionLostError,
  TruncatedError,
} from "../session/mod.ts";

/** Whoever ends the handshake, or breaks its rules, is no Troupe peer. */
export function explainFailure(cause: unknown, address: string): unknown {
  const silent = cause instanceof SessionLostError && cause.code === undefined;
  if (!silent && !(cause instanceof ProtocolError)) return cause;
  const what = silent || cause instanceof TruncatedError
    ? "the socket ended in the handshake"
    : "the handshake failed";
  return new ConnectError(
    `Cannot connect to ${address}: ${what}: ${cause.message}`,
    { cause },
  );
}
