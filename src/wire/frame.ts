/**
 * The payloads of control frames: pure functions between values and bytes.
 *
 * @module
 */
import { ProtocolError } from "./errors.ts";
import {
  ErrorCode,
  MAX_ID_BYTES,
  MAX_METADATA_BYTES,
  MAX_REASON_BYTES,
  MIN_MAX_FRAME_BYTES,
  VERSION,
} from "./protocol.ts";

const encoder = new TextEncoder();
// A byte order mark is a character like any other here.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lenientDecoder = new TextDecoder("utf-8", { ignoreBOM: true });

function view(bytes: Uint8Array, atLeast: number, what: string): DataView {
  if (bytes.length < atLeast) {
    throw new ProtocolError(
      `Cannot read ${what}: it has ${bytes.length} bytes, not ${atLeast}`,
    );
  }
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** What each side tells of itself before anything else. */
export interface Hello {
  /** Oldest version that it speaks. */
  readonly minVersion: number;
  /** Newest version that it speaks. */
  readonly maxVersion: number;
  /** Payload bytes of the largest frame that it accepts. */
  readonly maxFrameBytes: number;
  /** Streams that the other side may have open at once. */
  readonly maxStreams: number;
  /** 16 random bytes that name the session; the same in HELLO and WELCOME. */
  readonly sessionId: Uint8Array;
}

const HELLO_BYTES = 28;

/** Encodes a HELLO or WELCOME. */
export function encodeHello(hello: Hello): Uint8Array {
  const bytes = new Uint8Array(HELLO_BYTES);
  const fields = new DataView(bytes.buffer);
  fields.setUint8(0, hello.minVersion);
  fields.setUint8(1, hello.maxVersion);
  fields.setUint32(4, hello.maxFrameBytes);
  fields.setUint32(8, Math.min(hello.maxStreams, 2 ** 32 - 1));
  bytes.set(hello.sessionId, 12);
  return bytes;
}

/** Decodes a HELLO or WELCOME; bytes after the known ones are ignored. */
export function decodeHello(bytes: Uint8Array): Hello {
  const fields = view(bytes, HELLO_BYTES, "the handshake");
  const hello: Hello = {
    minVersion: fields.getUint8(0),
    maxVersion: fields.getUint8(1),
    maxFrameBytes: fields.getUint32(4),
    maxStreams: fields.getUint32(8),
    sessionId: bytes.slice(12, HELLO_BYTES),
  };
  if (hello.minVersion > VERSION || hello.maxVersion < VERSION) {
    throw new ProtocolError(
      `Cannot talk: the peer speaks versions ${hello.minVersion} to ${hello.maxVersion}, not ${VERSION}`,
      ErrorCode.VERSION,
    );
  }
  if (hello.maxFrameBytes < MIN_MAX_FRAME_BYTES) {
    throw new ProtocolError(
      `Cannot talk: the peer accepts frames of ${hello.maxFrameBytes} bytes, ${MIN_MAX_FRAME_BYTES} is the least`,
    );
  }
  return hello;
}

/** How a stream begins. */
export interface Open {
  /** Credit limit for data towards the opener. */
  readonly creditLimit: number;
  /** The name of the stream for its users; 1 to 255 bytes of UTF-8. */
  readonly id: string;
  /** Whatever the opener wants to say; 4 KiB at most. */
  readonly metadata: Uint8Array;
}

/**
 * Encodes an OPEN: `u32 credit | u8 0 | u8 id length | id | metadata`.
 *
 * @throws {RangeError} for an id or metadata over the limits.
 */
export function encodeOpen(open: Open): Uint8Array {
  if (!open.id.isWellFormed()) {
    throw new RangeError(
      "Cannot open a stream: its id has half a surrogate pair, which UTF-8 cannot say",
    );
  }
  const id = encoder.encode(open.id);
  if (id.length === 0 || id.length > MAX_ID_BYTES) {
    throw new RangeError(
      `Cannot open a stream: its id has ${id.length} bytes, 1 to ${MAX_ID_BYTES} are allowed`,
    );
  }
  if (open.metadata.length > MAX_METADATA_BYTES) {
    throw new RangeError(
      `Cannot open a stream: its metadata has ${open.metadata.length} bytes, ${MAX_METADATA_BYTES} are allowed`,
    );
  }
  const bytes = new Uint8Array(6 + id.length + open.metadata.length);
  const fields = new DataView(bytes.buffer);
  fields.setUint32(0, open.creditLimit);
  fields.setUint8(5, id.length);
  bytes.set(id, 6);
  bytes.set(open.metadata, 6 + id.length);
  return bytes;
}

/** Decodes an OPEN; the result shares nothing with `bytes`. */
export function decodeOpen(bytes: Uint8Array): Open {
  const fields = view(bytes, 7, "an OPEN");
  const end = 6 + fields.getUint8(5);
  if (end === 6 || end > bytes.length) {
    throw new ProtocolError(
      `Cannot read an OPEN: its id should end at byte ${end} of ${bytes.length}`,
    );
  }
  if (bytes.length - end > MAX_METADATA_BYTES) {
    throw new ProtocolError(
      `Cannot read an OPEN: its metadata has ${bytes.length - end} bytes`,
    );
  }
  let id: string;
  try {
    id = decoder.decode(bytes.subarray(6, end));
  } catch {
    throw new ProtocolError("Cannot read an OPEN: its id is not UTF-8");
  }
  return { creditLimit: fields.getUint32(0), id, metadata: bytes.slice(end) };
}

/** Encodes a u64, as ACCEPT and WINDOW carry it. */
export function encodeLimit(limit: number): Uint8Array {
  const bytes = new Uint8Array(8);
  const fields = new DataView(bytes.buffer);
  fields.setUint32(0, Math.floor(limit / 2 ** 32));
  fields.setUint32(4, limit >>> 0);
  return bytes;
}

/** Decodes a u64; over 2⁵³ − 1 is an error, as no stream gets that far. */
export function decodeLimit(bytes: Uint8Array): number {
  const fields = view(bytes, 8, "a credit limit");
  const limit = fields.getUint32(0) * 2 ** 32 + fields.getUint32(4);
  if (limit > Number.MAX_SAFE_INTEGER) {
    throw new ProtocolError("Cannot read a credit limit: it is over 2^53 - 1");
  }
  return limit;
}

/** Why something ended: in RESET, STOP and GOAWAY. */
export interface Reason {
  /** One of `ErrorCode`, or a number that a newer peer knows. */
  readonly code: number;
  /** For people; may be empty. */
  readonly text: string;
}

/** Encodes a reason: `u32 code | text`, as much of it as there is room for. */
export function encodeReason(reason: Reason): Uint8Array {
  const bytes = new Uint8Array(4 + MAX_REASON_BYTES);
  new DataView(bytes.buffer).setUint32(0, reason.code);
  // Unlike a cut, this leaves no half of a character.
  const { written } = encoder.encodeInto(reason.text, bytes.subarray(4));
  return bytes.subarray(0, 4 + written);
}

/** Decodes a reason. */
export function decodeReason(bytes: Uint8Array): Reason {
  const code = view(bytes, 4, "a reason").getUint32(0);
  const text = bytes.subarray(4, 4 + MAX_REASON_BYTES);
  return { code, text: lenientDecoder.decode(text) };
}
