/**
 * The wire format: frames, credit and codecs. Pure bytes, no I/O.
 *
 * @module
 */
export * from "./codec.ts";
export { ProtocolError, TruncatedError } from "./errors.ts";
export { compressed, type CompressedOptions } from "./compressed.ts";
export { MessageTooLargeError, MessageTruncatedError } from "./inbox.ts";
export { ErrorCode } from "./protocol.ts";
