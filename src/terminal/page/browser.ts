/**
 * The browser's sockets, requests and time for the client.
 *
 * @module
 */
import type { Clock } from "../../actor/mod.ts";
import { SUBPROTOCOL } from "../attach/protocol.ts";
import type { Socket, SocketEvents } from "./client_contract.ts";
import { keptFor } from "./kept_for.ts";

/** Milliseconds that the server has to reply to a request. */
const REQUEST_MS = 5000;

/** Opens a WebSocket to an address relative to that of the page. */
export function connect(path: string, events: SocketEvents): Socket {
  const address = new URL(path, location.href);
  address.protocol = address.protocol.replace("http", "ws");
  const socket = new WebSocket(address, SUBPROTOCOL);
  socket.binaryType = "arraybuffer";
  socket.onmessage = ({ data }) => {
    // A text message is refused as an empty frame is.
    const bytes = data instanceof ArrayBuffer ? data : new ArrayBuffer(0);
    events.received(new Uint8Array(bytes));
  };
  socket.onclose = ({ code }) => events.closed(code);
  return {
    send: (bytes) => socket.send(bytes),
    close: () => socket.close(),
  };
}

/** Returns the HTTP status of an address relative to that of the page. */
export async function status(path: string): Promise<number> {
  const signal = AbortSignal.timeout(REQUEST_MS);
  const response = await fetch(new URL(path, location.href), { signal });
  await response.body?.cancel();
  return response.status;
}

/**
 * Returns how long the program of a session keeps running without a viewer, in
 * words; `undefined` if the server does not tell.
 */
export async function graceOf(path: string): Promise<string | undefined> {
  const signal = AbortSignal.timeout(REQUEST_MS);
  const response = await fetch(new URL(path, location.href), { signal });
  const session: unknown = response.ok ? await response.json() : undefined;
  if (typeof session !== "object" || session === null) return undefined;
  if (!("graceMs" in session)) return undefined;
  return keptFor(session.graceMs);
}

/** The clock of the browser, whose timers need no `ref` and `unref`. */
export const browserClock: Clock = {
  now: () => performance.now(),
  schedule(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return { cancel: () => clearTimeout(timer), ref() {}, unref() {} };
  },
};
