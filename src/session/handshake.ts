/**
 * The handshake: what both sides send before a session goes on over a new
 * socket, and what comes of it.
 *
 * @module
 */
import { TroupeError } from "../actor/mod.ts";
import type { SocketPort } from "./socket_port.ts";
import { encodeGoAway, encodeHello, type Hello } from "./wire/frame.ts";
import {
  type ErrorCode,
  FrameType,
  HEADER_BYTES,
  MAX_FRAME_BYTES,
  PREFACE,
  VERSION,
} from "./wire/protocol.ts";

/** What comes of a handshake: a session goes on over the socket. */
export interface HandshakeResult {
  /** The session whose frames follow. */
  readonly session: SocketPort;
  /** Bytes of the session that have arrived at the peer. */
  readonly peerReceived: number;
  /** What is sent to the peer before the session's frames; may be empty. */
  readonly reply: Uint8Array;
}

/** The fields that are the same in each HELLO and WELCOME of this side. */
export const OUR_VERSIONS: Pick<
  Hello,
  "minVersion" | "maxVersion" | "maxFrameBytes"
> = {
  minVersion: VERSION,
  maxVersion: VERSION,
  maxFrameBytes: MAX_FRAME_BYTES,
};

/** Returns bytes that nobody can guess. */
export function randomBytes(count: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(count));
}

function frame(type: number, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + payload.length);
  new DataView(bytes.buffer).setUint32(0, payload.length << 8 | type << 4);
  bytes.set(payload, HEADER_BYTES);
  return bytes;
}

/** Returns the preface and a HELLO, which a dialler sends first. */
export function helloBytes(hello: Hello): Uint8Array {
  const bytes = frame(FrameType.HELLO, encodeHello(hello));
  const both = new Uint8Array(PREFACE.length + bytes.length);
  both.set(PREFACE);
  both.set(bytes, PREFACE.length);
  return both;
}

/** Returns a WELCOME; its preface has been sent before. */
export function welcomeBytes(hello: Hello): Uint8Array {
  return frame(FrameType.WELCOME, encodeHello(hello));
}

/** Returns a GOAWAY to a peer with which there is no session. */
export function goAwayBytes(
  code: number,
  text: string,
  retryAfterMs = 0,
): Uint8Array {
  const goAway = { code, text, lastStream: 0, retryAfterMs };
  return frame(FrameType.GOAWAY, encodeGoAway(goAway));
}

/** A peer has sent a HELLO and is refused, with a GOAWAY that says why. */
export class SessionRefusedError extends TroupeError {
  /** The code of the GOAWAY. */
  readonly code: ErrorCode;
  /** Milliseconds after which the peer may come again; 0 for at once. */
  readonly retryAfterMs: number;

  /** A refusal with the code and the text of the GOAWAY. */
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
