/**
 * The payloads of control frames: pure functions between values and bytes.
 *
 * @module
 */
import { ProtocolError } from "./errors.ts";
import {
  ErrorCode,
  MAX_CREDENTIALS_BYTES,
  MAX_ID_BYTES,
  MAX_METADATA_BYTES,
  MAX_REASON_BYTES,
  MIN_MAX_FRAME_BYTES,
  Priority,
  SESSION_ID_BYTES,
  TOKEN_BYTES,
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

/** What each side says of itself and of the session on a new socket. */
export interface Hello {
  /** The oldest version that the sender speaks. */
  readonly minVersion: number;
  /** The newest version that the sender speaks. */
  readonly maxVersion: number;
  /** Payload bytes of the largest DATA frame that the sender accepts. */
  readonly maxFrameBytes: number;
  /** Streams that the other side may have open at once. */
  readonly maxStreams: number;
  /** 16 random bytes that name the session; the same in HELLO and WELCOME. */
  readonly sessionId: Uint8Array;
  /** The number of the socket among those of the session, from 1 on. */
  readonly epoch: number;
  /** Bytes of the session's frames that have arrived at the sender. */
  readonly received: number;
  /** In WELCOME the listener's secret; in HELLO the same to resume, or zeros. */
  readonly token: Uint8Array;
  /** Who the dialler is; empty in WELCOME. At most 4 KiB. */
  readonly credentials: Uint8Array;
}

const SESSION_ID_AT = 12;
const EPOCH_AT = SESSION_ID_AT + SESSION_ID_BYTES;
/** Where the secret of a session stands in a HELLO or WELCOME. */
export const TOKEN_AT: number = EPOCH_AT + 12;
const CREDENTIALS_AT = TOKEN_AT + TOKEN_BYTES + 2;

/**
 * Encodes a HELLO or WELCOME.
 *
 * @throws {RangeError} for credentials over the limit.
 */
export function encodeHello(hello: Hello): Uint8Array {
  const { length } = hello.credentials;
  if (length > MAX_CREDENTIALS_BYTES) {
    throw new RangeError(
      `Cannot connect: the credentials have ${length} bytes, ${MAX_CREDENTIALS_BYTES} are allowed`,
    );
  }
  const bytes = new Uint8Array(CREDENTIALS_AT + length);
  const fields = new DataView(bytes.buffer);
  fields.setUint8(0, hello.minVersion);
  fields.setUint8(1, hello.maxVersion);
  fields.setUint32(4, hello.maxFrameBytes);
  fields.setUint32(8, Math.min(hello.maxStreams, 2 ** 32 - 1));
  bytes.set(hello.sessionId, SESSION_ID_AT);
  fields.setUint32(EPOCH_AT, hello.epoch);
  setUint64(fields, EPOCH_AT + 4, hello.received);
  bytes.set(hello.token, TOKEN_AT);
  fields.setUint16(CREDENTIALS_AT - 2, length);
  bytes.set(hello.credentials, CREDENTIALS_AT);
  return bytes;
}

/**
 * Decodes a HELLO or WELCOME; bytes after the known ones are ignored, and the
 * result shares nothing with `bytes`.
 */
export function decodeHello(bytes: Uint8Array): Hello {
  // These two first: another version may have another shape.
  const versions = view(bytes, 2, "the handshake");
  const minVersion = versions.getUint8(0);
  const maxVersion = versions.getUint8(1);
  if (minVersion > VERSION || maxVersion < VERSION) {
    throw new ProtocolError(
      `Cannot talk: the peer speaks versions ${minVersion} to ${maxVersion}, not ${VERSION}`,
      ErrorCode.VERSION,
    );
  }
  const fields = view(bytes, CREDENTIALS_AT, "the handshake");
  const end = CREDENTIALS_AT + fields.getUint16(CREDENTIALS_AT - 2);
  if (end > bytes.length || end - CREDENTIALS_AT > MAX_CREDENTIALS_BYTES) {
    throw new ProtocolError(
      `Cannot read the handshake: its credentials should end at byte ${end} of ${bytes.length}`,
    );
  }
  const maxFrameBytes = fields.getUint32(4);
  if (maxFrameBytes < MIN_MAX_FRAME_BYTES) {
    throw new ProtocolError(
      `Cannot talk: the peer accepts frames of ${maxFrameBytes} bytes, ${MIN_MAX_FRAME_BYTES} is the least`,
    );
  }
  return {
    minVersion,
    maxVersion,
    maxFrameBytes,
    maxStreams: fields.getUint32(8),
    sessionId: bytes.slice(SESSION_ID_AT, EPOCH_AT),
    epoch: fields.getUint32(EPOCH_AT),
    received: getUint64(fields, EPOCH_AT + 4, "the handshake"),
    token: bytes.slice(TOKEN_AT, TOKEN_AT + TOKEN_BYTES),
    credentials: bytes.slice(CREDENTIALS_AT, end),
  };
}

/** How a stream is opened. */
export interface Open {
  /** The credit limit for data towards the opener. */
  readonly creditLimit: number;
  /** The class among streams that wait, in both directions. */
  readonly priority: Priority;
  /** The name of the stream for its users; 1 to 255 bytes of UTF-8. */
  readonly id: string;
  /** Whatever the opener wants to say; at most 4 KiB. */
  readonly metadata: Uint8Array;
}

/**
 * Encodes an OPEN: `u32 credit | u8 priority | u8 id length | id | metadata`.
 *
 * @throws {RangeError} for an id or metadata over the limits.
 */
export function encodeOpen(open: Open): Uint8Array {
  if (!open.id.isWellFormed()) {
    throw new RangeError(
      "Cannot open a stream: its id has half a surrogate pair, which UTF-8 cannot encode",
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
  fields.setUint8(4, open.priority);
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
  const priority = fields.getUint8(4);
  return {
    creditLimit: fields.getUint32(0),
    // A class that only a newer peer knows is the normal one here.
    priority: priority === Priority.HIGH || priority === Priority.LOW
      ? priority
      : Priority.NORMAL,
    id,
    metadata: bytes.slice(end),
  };
}

/** Encodes a u64, as ACCEPT, WINDOW and ACK carry it. */
export function encodeUint64(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  setUint64(new DataView(bytes.buffer), 0, value);
  return bytes;
}

/** Decodes a u64; over 2⁵³ − 1 is an error, as no session gets so far. */
export function decodeUint64(bytes: Uint8Array): number {
  return getUint64(view(bytes, 8, "a number"), 0, "a number");
}

function setUint64(fields: DataView, at: number, value: number): void {
  fields.setUint32(at, Math.floor(value / 2 ** 32));
  fields.setUint32(at + 4, value >>> 0);
}

function getUint64(fields: DataView, at: number, what: string): number {
  const value = fields.getUint32(at) * 2 ** 32 + fields.getUint32(at + 4);
  if (value > Number.MAX_SAFE_INTEGER) {
    throw new ProtocolError(`Cannot read ${what}: it is over 2^53 - 1`);
  }
  return value;
}

/** Why a stream ends: in RESET and STOP. */
export interface Reason {
  /** One of `ErrorCode`, or a number that a newer peer knows. */
  readonly code: number;
  /** A text for people; may be empty. */
  readonly text: string;
}

/** Encodes a reason: `u32 code | text`, as much of it as there is room for. */
export function encodeReason(reason: Reason): Uint8Array {
  const bytes = new Uint8Array(4 + MAX_REASON_BYTES);
  new DataView(bytes.buffer).setUint32(0, reason.code);
  // Unlike a slice, this leaves no half of a character.
  const { written } = encoder.encodeInto(reason.text, bytes.subarray(4));
  return bytes.subarray(0, 4 + written);
}

/** Decodes the payload of a RESET or STOP. */
export function decodeReason(bytes: Uint8Array): Reason {
  const code = view(bytes, 4, "a reason").getUint32(0);
  const text = bytes.subarray(4, 4 + MAX_REASON_BYTES);
  return { code, text: lenientDecoder.decode(text) };
}

/** Why a session ends, or takes no new streams: in GOAWAY. */
export interface GoAway extends Reason {
  /** The highest stream of the receiver that the sender processes. */
  readonly lastStream: number;
  /** Milliseconds after which the receiver may come back; 0 for at once. */
  readonly retryAfterMs: number;
}

/** Encodes a GOAWAY: `u32 code | u32 last stream | u32 retry after | text`. */
export function encodeGoAway(goAway: GoAway): Uint8Array {
  const reason = encodeReason(goAway);
  const bytes = new Uint8Array(8 + reason.length);
  bytes.set(reason.subarray(0, 4));
  const fields = new DataView(bytes.buffer);
  fields.setUint32(4, goAway.lastStream);
  fields.setUint32(8, Math.min(goAway.retryAfterMs, 2 ** 32 - 1));
  bytes.set(reason.subarray(4), 12);
  return bytes;
}

/** Decodes the payload of a GOAWAY. */
export function decodeGoAway(bytes: Uint8Array): GoAway {
  const fields = view(bytes, 12, "a GOAWAY");
  const text = bytes.subarray(12, 12 + MAX_REASON_BYTES);
  return {
    code: fields.getUint32(0),
    lastStream: fields.getUint32(4),
    retryAfterMs: fields.getUint32(8),
    text: lenientDecoder.decode(text),
  };
}
