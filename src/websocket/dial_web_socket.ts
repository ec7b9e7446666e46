/**
 * Dials a WebSocket.
 *
 * @module
 */
import { checkMethods, reasonOf } from "../checks/internal.ts";
import { ConnectError, type Transport } from "../session/mod.ts";
import { WebSocketTransport } from "./web_socket_transport.ts";

/**
 * Opens a WebSocket to `url`, with `open`.
 *
 * @throws {ConnectError} as a rejection, when that fails; or the signal's
 * reason.
 */
export async function dialWebSocket(
  url: string,
  open: (url: string) => WebSocket,
  signal: AbortSignal,
): Promise<Transport> {
  signal.throwIfAborted();
  let socket: WebSocket;
  try {
    socket = open(url);
    checkMethods(
      "what open() returned",
      socket,
      ["send", "close"],
      "a WebSocket",
    );
  } catch (cause) {
    throw failed(url, reasonOf(cause), cause);
  }
  // Before it is open: what comes with the opening is not missed.
  const transport = new WebSocketTransport(socket);
  transport.trust();
  const { onclose } = socket;
  const opened = Promise.withResolvers<void>();
  const abort = (): void => opened.reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  let why = "the server refused it, or is not there";
  socket.onopen = () => opened.resolve();
  socket.onerror = (event) => {
    event.preventDefault?.();
    // Browsers say nothing more, for good reasons.
    if ("message" in event && event.message) why = `${event.message}`;
  };
  socket.onclose = (event) => {
    opened.reject(failed(url, why));
    onclose?.call(socket, event);
  };
  try {
    await opened.promise;
    return transport;
  } catch (error) {
    transport.close();
    throw error;
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

function failed(url: string, why: string, cause?: unknown): ConnectError {
  return new ConnectError(
    `Cannot connect to ${url}: ${why}`,
    cause === undefined ? {} : { cause },
  );
}
