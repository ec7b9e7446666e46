/**
 * Events of a client as the bytes that go over the wire.
 *
 * @module
 */

const encoder = new TextEncoder();

/**
 * Encodes one event. Its data must be one line, as JSON is; an event without an
 * id leaves the last id of the client as it was.
 */
export function encodeFrame(
  event: string,
  data: string,
  id?: string,
): Uint8Array<ArrayBuffer> {
  const head = id === undefined ? "" : `id:${id}\n`;
  return encoder.encode(`${head}event:${event}\ndata:${data}\n\n`);
}

/** How long a client that is cut waits before it connects again. */
export function encodeRetry(retryMs: number): Uint8Array<ArrayBuffer> {
  return encoder.encode(`retry:${retryMs}\n\n`);
}
