/**
 * The messages of remote actors: pure functions between values and bytes. They
 * are those of requests and replies, of which there are more here.
 *
 * @module
 */
import { ProtocolError } from "../session/mod.ts";
import { HEAD_BYTES, readU32, writeU32 } from "../rpc/internal.ts";

/** The first byte of a message; `docs/remote.md` describes each. */
export const FrameType = {
  // These three are those of requests and replies, as are their heads.
  REQUEST: 1,
  REPLY: 2,
  CANCEL: 4,
  COMMAND: 5,
  SUBSCRIBE: 6,
  ITEM: 7,
  CREDIT: 8,
  END: 9,
  FAULT: 10,
  TABLE: 11,
  MISMATCH: 12,
  GIVEN: 13,
  RELEASE: 14,
  STOPPED: 15,
} as const;

/** Bytes in front of the body of a REQUEST, with its operation. */
export const CALL_HEAD_BYTES = 13;

/** The version of these messages, which the opener sends as metadata. */
export const REMOTE_VERSION = 1;

/** The number of an operation that the other side lacks. */
export const NO_OPERATION: number = 2 ** 32 - 1;

/** The most actors that a connection may be given, one after the other. */
export const MAX_TARGETS: number = 2 ** 24;

/** Returns the number of an operation: of which actor, and of its operations. */
export function operationNumber(target: number, index: number): number {
  return target * 256 + index;
}

/** Writes type and number, with which each message begins. */
export function writeHead(
  message: Uint8Array,
  type: number,
  number: number,
): Uint8Array {
  message[0] = type;
  writeU32(message, 1, number);
  return message;
}

/** Encodes a message without a body. */
export function bareFrame(type: number, number: number): Uint8Array {
  return writeHead(new Uint8Array(HEAD_BYTES), type, number);
}

/** Encodes a CREDIT: so many more items may be sent. */
export function creditFrame(id: number, items: number): Uint8Array {
  const message = writeHead(new Uint8Array(9), FrameType.CREDIT, id);
  writeU32(message, 5, items);
  return message;
}

/**
 * Returns the number that a message has behind its type.
 *
 * @throws {ProtocolError} if it is too short.
 */
export function numberOf(message: Uint8Array, headBytes: number): number {
  if (message.length < headBytes) {
    throw new ProtocolError(
      `Cannot read a message of a remote actor: it has ${message.length} bytes, not ${headBytes}`,
    );
  }
  return readU32(message, 1);
}

/** Returns the error for a message that this side never gets. */
export function unexpected(message: Uint8Array): ProtocolError {
  return new ProtocolError(
    `Cannot read a message of a remote actor: its type is ${
      message[0]
    }, which this side never gets`,
  );
}
