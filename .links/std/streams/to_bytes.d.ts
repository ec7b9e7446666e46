/** Reads a stream of bytes to its end, into one `Uint8Array`. */
export function toBytes(
  stream: ReadableStream<Uint8Array>,
): Promise<Uint8Array>;
