/**
 * Whole REQUEST and REPLY messages, for peers that the tests play.
 *
 * @module
 */
import {
  HEAD_BYTES,
  REQUEST_HEAD_BYTES,
  writeReplyHead,
  writeRequestHead,
} from "../../src/rpc/request_frame.ts";

function withHead(headBytes: number, body: Uint8Array): Uint8Array {
  const message = new Uint8Array(headBytes + body.length);
  message.set(body, headBytes);
  return message;
}

/** Encodes a REQUEST. */
export function encodeRequest(
  id: number,
  deadlineMs: number,
  body: Uint8Array,
): Uint8Array {
  const message = withHead(REQUEST_HEAD_BYTES, body);
  writeRequestHead(message, id, deadlineMs);
  return message;
}

/** Encodes a REPLY. */
export function encodeReply(id: number, body: Uint8Array): Uint8Array {
  const message = withHead(HEAD_BYTES, body);
  writeReplyHead(message, id);
  return message;
}
