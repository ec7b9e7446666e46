/**
 * What is said before a session goes on over a new socket: pure bytes.
 *
 * @module
 */
import { TroupeError } from "../actor/mod.ts";
import { encodeGoAway, encodeHello, type Hello } from "./wire/frame.ts";
import {
  type ErrorCode,
  FrameType,
  HEADER_BYTES,
  MAX_FRAME_BYTES,
  PREFACE,
  VERSION,
} from "./wire/protocol.ts";

/** What is the same in each HELLO and WELCOME of this implementation. */
export const OUR_VERSIONS: Pick<
  Hello,
  "minVersion" | "maxVersion" | "maxFrameBytes"
> = {
  minVersion: VERSION,
  maxVersion: VERSION,
  maxFrameBytes: MAX_FRAME_BYTES,
};

/** Bytes that nobody can guess. */
export function randomBytes(count: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(count));
}

function frame(type: number, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + payload.length);
  new DataView(bytes.buffer).setUint32(0, payload.length << 8 | type << 4);
  bytes.set(payload, HEADER_BYTES);
  return bytes;
}

/** The preface and a HELLO: what a dialler says first. */
export function helloBytes(hello: Hello): Uint8Array {
  const bytes = frame(FrameType.HELLO, encodeHello(hello));
  const both = new Uint8Array(PREFACE.length + bytes.length);
  both.set(PREFACE);
  both.set(bytes, PREFACE.length);
  return both;
}

/** A WELCOME; its preface has gone before. */
export function welcomeBytes(hello: Hello): Uint8Array {
  return frame(FrameType.WELCOME, encodeHello(hello));
}

/** A GOAWAY to somebody with whom there is no session. */
export function goAwayBytes(
  code: number,
  text: string,
  retryAfterMs = 0,
): Uint8Array {
  const goAway = { code, text, lastStream: 0, retryAfterMs };
  return frame(FrameType.GOAWAY, encodeGoAway(goAway));
}

/** A peer has said HELLO, and is not wanted; it is told why. */
export class SessionRefusedError extends TroupeError {
  /** What it is told. */
  readonly code: ErrorCode;
  /** Milliseconds after which it may come again; 0 for at once. */
  readonly retryAfterMs: number;

  /** A refusal with the code that the peer is told. */
  constructor(
    message: string,
    code: ErrorCode,
    options?: ErrorOptions & { readonly retryAfterMs?: number },
  ) {
    super(message, options);
    this.code = code;
    this.retryAfterMs = options?.retryAfterMs ?? 0;
  }
}
