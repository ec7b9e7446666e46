/** Reads a stream of text or UTF-8 bytes to its end, into one string. */
export function toText(
  stream: ReadableStream<string> | ReadableStream<Uint8Array>,
): Promise<string>;
