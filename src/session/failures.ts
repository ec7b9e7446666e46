/**
 * Failures of sockets, sessions and connections: whose fault they are, whether
 * another socket may help, and the errors that users catch.
 *
 * @module
 */
import { reasonOf } from "../checks/internal.ts";
import {
  ConnectionClosedError,
  ConnectionResetError,
  ResumeLostError,
  SessionLostError,
  SocketLostError,
} from "./errors.ts";
import {
  MessageTooLargeError,
  MessageTruncatedError,
  ProtocolError,
  SendAllError,
  TruncatedError,
} from "./wire/errors.ts";

/**
 * Returns whether another socket may help: the last one is gone or was never
 * there, and nobody has said that the session is over.
 */
export function isTransient(cause: unknown): boolean {
  if (cause instanceof ProtocolError) return cause instanceof TruncatedError;
  return !(cause instanceof SessionLostError) || cause.code === undefined;
}

/**
 * Returns whether a connection failed because of its peer, which is gone, has
 * given up or sends what cannot be received: no failure of whoever serves it.
 */
export function isPeerFault(cause: unknown): boolean {
  if (cause instanceof SendAllError) return isPeerFault(cause.cause);
  return cause instanceof ConnectionResetError ||
    cause instanceof ConnectionClosedError ||
    cause instanceof MessageTooLargeError ||
    cause instanceof MessageTruncatedError ||
    cause instanceof SessionLostError;
}

/** Returns any end of a session as the error that its users catch. */
export function asSessionLost(cause: unknown): SessionLostError {
  if (cause instanceof SessionLostError) return cause;
  return new SessionLostError(`The session has ended: ${reasonOf(cause)}`, {
    cause,
  });
}

/**
 * Returns the end of a session that was without a socket for too long, with
 * why the last attempt to get one has failed.
 */
export function resumeLost(
  resumeMs: number,
  lastFailure: unknown,
): ResumeLostError {
  const text = `The session was without a socket for over ${resumeMs} ms`;
  if (lastFailure === undefined) return new ResumeLostError(text);
  return new ResumeLostError(
    `${text}; the last attempt: ${reasonOf(lastFailure)}`,
    { cause: lastFailure },
  );
}

/** Returns the end of a socket; without a cause, its peer has closed it. */
export function socketLost(cause: unknown): SocketLostError {
  return cause === undefined
    ? new SocketLostError("The peer closed the socket")
    : new SocketLostError(`The socket broke: ${reasonOf(cause)}`, { cause });
}
