/**
 * Whether a response is a stream of server-sent events.
 *
 * @module
 */

/** How {@linkcode sseBodyOf} reports what is no stream of events. */
export interface SseBodyOptions {
  /** What cannot be done without the stream, such as `subscribe`. */
  readonly action: string;
  /** The class of the error. */
  readonly error: new (message: string) => Error;
}

/** Returns the body of a stream of events; rejects any other response. */
export async function sseBodyOf(
  response: Response,
  { action, error: Failure }: SseBodyOptions,
): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  const { status, body } = response;
  const type = response.headers.get("content-type") ?? "";
  if (status === 200 && body && type.startsWith("text/event-stream")) {
    return body;
  }
  await body?.cancel();
  throw new Failure(
    `Cannot ${action}: the response is ${status} of type ${
      type || "none"
    }, it must be 200 of type text/event-stream`,
  );
}
