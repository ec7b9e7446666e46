/**
 * The messages of requests and replies: pure functions between values and
 * bytes.
 *
 * All start with `u8 type | u32 id`, big-endian. A REQUEST continues with
 * `u32 milliseconds to the deadline, 0 for none | body`, a REPLY with the
 * body, and a FAILURE with `u32 code | text`; a CANCEL ends there.
 *
 * @module
 */
import { ProtocolError } from "../session/mod.ts";
import {
  decodeReason,
  encodeReason,
  type Reason,
} from "../session/internal.ts";

/** The first byte of a message. */
export const RequestFrameType = {
  /** Asks for a reply. */
  REQUEST: 1,
  /** Carries the reply to a request. */
  REPLY: 2,
  /** Says why a request has no reply. */
  FAILURE: 3,
  /** Says that nobody waits for the reply any more. */
  CANCEL: 4,
} as const;

const EMPTY = new Uint8Array(0);

/** The longest deadline that can be sent, in milliseconds: 49.7 days. */
const MAX_DEADLINE_MS = 2 ** 32 - 1;

/** Bytes in front of the body of a REPLY, and of all else but a REQUEST. */
export const HEAD_BYTES = 5;
/** Bytes in front of the body of a REQUEST. */
export const REQUEST_HEAD_BYTES = 9;

/** A decoded message; the bodies are views of it. */
export type RequestFrame =
  | {
    readonly type: typeof RequestFrameType.REQUEST;
    readonly id: number;
    /** Milliseconds to the deadline; `Infinity` when there is none. */
    readonly deadlineMs: number;
    readonly body: Uint8Array;
  }
  | {
    readonly type: typeof RequestFrameType.REPLY;
    readonly id: number;
    readonly body: Uint8Array;
  }
  | {
    readonly type: typeof RequestFrameType.FAILURE;
    readonly id: number;
    readonly reason: Reason;
  }
  | { readonly type: typeof RequestFrameType.CANCEL; readonly id: number };

/** Returns the next id after `last` that is not in flight, modulo 2³². */
export function nextRequestId(
  last: number,
  inFlight: { has(id: number): boolean },
): number {
  let id = last;
  do id = (id + 1) >>> 0; while (inFlight.has(id));
  return id;
}

/** Writes a number of 32 bits, big-endian. */
export function writeU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

/** Reads a number of 32 bits, big-endian. */
export function readU32(bytes: Uint8Array, at: number): number {
  return (((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) |
    ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)) >>> 0;
}

function writeHead(bytes: Uint8Array, type: number, id: number): void {
  bytes[0] = type;
  writeU32(bytes, 1, id);
}

function frame(type: number, id: number, rest: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(HEAD_BYTES + rest.length);
  writeHead(bytes, type, id);
  bytes.set(rest, HEAD_BYTES);
  return bytes;
}

/**
 * Writes the head of a REQUEST, when its turn comes.
 *
 * @param request A body, with {@linkcode REQUEST_HEAD_BYTES} bytes in front.
 * @param deadlineMs Milliseconds from now, rounded up; more than 2³² − 1 is
 * sent as no deadline.
 */
export function writeRequestHead(
  request: Uint8Array,
  id: number,
  deadlineMs: number,
): void {
  const wholeMs = Math.max(1, Math.ceil(deadlineMs));
  writeHead(request, RequestFrameType.REQUEST, id);
  writeU32(request, 5, wholeMs > MAX_DEADLINE_MS ? 0 : wholeMs);
}

/**
 * Writes the head of a REPLY.
 *
 * @param reply A body, with {@linkcode HEAD_BYTES} bytes in front.
 */
export function writeReplyHead(reply: Uint8Array, id: number): void {
  writeHead(reply, RequestFrameType.REPLY, id);
}

/** Encodes a FAILURE, with as much of its text as fits. */
export function encodeFailure(id: number, reason: Reason): Uint8Array {
  return frame(RequestFrameType.FAILURE, id, encodeReason(reason));
}

/** Encodes a CANCEL. */
export function encodeCancel(id: number): Uint8Array {
  return frame(RequestFrameType.CANCEL, id, EMPTY);
}

/**
 * Decodes a message.
 *
 * @throws {ProtocolError} if it is not one of these.
 */
export function decodeRequestFrame(bytes: Uint8Array): RequestFrame {
  const type = bytes[0];
  const headBytes = type === RequestFrameType.REQUEST
    ? REQUEST_HEAD_BYTES
    : HEAD_BYTES;
  if (bytes.length < headBytes) {
    throw new ProtocolError(
      `Cannot read a request message: it has ${bytes.length} bytes, not ${headBytes}`,
    );
  }
  const id = readU32(bytes, 1);
  const rest = bytes.subarray(headBytes);
  switch (type) {
    case RequestFrameType.REQUEST: {
      const deadlineMs = readU32(bytes, 5) || Infinity;
      return { type, id, deadlineMs, body: rest };
    }
    case RequestFrameType.REPLY:
      return { type, id, body: rest };
    case RequestFrameType.FAILURE:
      return { type, id, reason: decodeReason(rest) };
    case RequestFrameType.CANCEL:
      if (rest.length === 0) return { type, id };
      throw new ProtocolError(
        `Cannot read a CANCEL: ${rest.length} more bytes follow`,
      );
    default:
      throw new ProtocolError(
        `Cannot read a request message: its type is ${type}, expected 1 to 4`,
      );
  }
}
