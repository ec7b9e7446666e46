/**
 * WebSockets that open and close as promises.
 *
 * @module
 */

/** Milliseconds for the other side to close too. */
const CLOSE_MS = 1000;

/** Options of `openSocket`. */
export interface OpenSocketOptions {
  /** Subprotocols of which the server may choose one. */
  readonly protocols?: readonly string[];
  /** Headers of the request for the upgrade. */
  readonly headers?: { readonly [name: string]: string };
  /** The client, with its certificates and protocols. */
  readonly client?: Deno.HttpClient;
  /** The class of the error with which it rejects. */
  readonly error: new (message: string) => Error;
}

/** Opens a socket; rejects with an error, or the reason of the signal. */
export async function openSocket(
  url: string,
  { protocols = [], headers = {}, client, error: Failure }: OpenSocketOptions,
  signal: AbortSignal,
): Promise<WebSocket> {
  signal.throwIfAborted();
  const socket = new WebSocket(url, {
    protocols: [...protocols],
    headers: { ...headers },
    ...(client === undefined ? {} : { client }),
  });
  socket.binaryType = "arraybuffer";
  const opened = Promise.withResolvers<void>();
  const abort = () => opened.reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  socket.onopen = () => opened.resolve();
  socket.onerror = (event) => {
    event.preventDefault();
    const why = event instanceof ErrorEvent ? event.message : "it failed";
    opened.reject(new Failure(`Cannot open a socket to ${url}: ${why}`));
  };
  try {
    await opened.promise;
    return socket;
  } catch (error) {
    await closeSocket(socket);
    throw error;
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/** Closes a socket, and waits for the other side for a second; never rejects. */
export async function closeSocket(socket: WebSocket): Promise<void> {
  if (socket.readyState === WebSocket.CLOSED) return;
  const closed = Promise.withResolvers<void>();
  const timer = setTimeout(closed.resolve, CLOSE_MS);
  socket.addEventListener("close", () => closed.resolve(), { once: true });
  socket.close();
  await closed.promise;
  clearTimeout(timer);
}
