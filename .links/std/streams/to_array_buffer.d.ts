/** Reads a stream of bytes to its end, into one `ArrayBuffer`. */
export function toArrayBuffer(
  readableStream: ReadableStream<Uint8Array>,
): Promise<ArrayBuffer>;
