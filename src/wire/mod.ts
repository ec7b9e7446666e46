/**
 * The wire format: frames, credit and codecs. Pure bytes, no I/O.
 *
 * @module
 */
export * from "./codec.ts";
export { ProtocolError, TruncatedError } from "./errors.ts";
export { FrameReader, type FrameSink } from "./frame_reader.ts";
export { MessageTooLargeError } from "./inbox.ts";
export * from "./protocol.ts";
