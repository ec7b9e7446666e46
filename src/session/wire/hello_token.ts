/**
 * Where the secret of a session stands in the first bytes of a socket: for
 * whoever has to know which session a socket is for before it is read.
 *
 * @module
 */
import { TOKEN_AT } from "./frame.ts";
import { FrameType, HEADER_BYTES, PREFACE, TOKEN_BYTES } from "./protocol.ts";

const FROM = PREFACE.length + HEADER_BYTES + TOKEN_AT;

/** Bytes of a socket that reach to the end of the secret. */
export const HELLO_TOKEN_END: number = FROM + TOKEN_BYTES;

/**
 * Returns the secret in the first bytes of a socket, or `undefined` if they are
 * not those of a HELLO, or too few. That of a session that starts is all zeros.
 */
export function helloToken(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes.length < HELLO_TOKEN_END || !mayBeHello(bytes)) return undefined;
  const type = (bytes[PREFACE.length + 3] ?? 0) >> 4;
  return type === FrameType.HELLO
    ? bytes.subarray(FROM, HELLO_TOKEN_END)
    : undefined;
}

/** Returns whether a HELLO may begin so; false as soon as it cannot. */
export function mayBeHello(bytes: Uint8Array): boolean {
  return bytes.subarray(0, PREFACE.length)
    .every((byte, index) => byte === PREFACE[index]);
}
