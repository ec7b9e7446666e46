/**
 * The wire format: frames, credit and codecs. Pure bytes, no I/O.
 *
 * @module
 */
export * from "./codec.ts";
export { ProtocolError, TruncatedError } from "./errors.ts";
export { MessageTooLargeError } from "./inbox.ts";
export { ErrorCode } from "./protocol.ts";
