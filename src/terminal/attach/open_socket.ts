/**
 * Opens the socket of a request for one.
 *
 * @module
 */
import { Problem } from "../http/problem.ts";
import { refuse, TOO_EARLY } from "./close_socket.ts";
import { MAX_EARLY, SUBPROTOCOL } from "./protocol.ts";

/** Seconds of silence after which Deno pings a browser. */
const PING_S = 30;

/** A socket that was opened. */
export interface OpenedWebSocket {
  readonly socket: WebSocket;
  /** Messages that have arrived; further ones are added. */
  readonly early: unknown[];
  /** The response, which must wait for nothing. */
  readonly response: Response;
}

/**
 * Opens a socket, and keeps what arrives until somebody takes its messages.
 *
 * @throws {Problem} if the request for an upgrade is invalid.
 */
export function openSocket(request: Request): OpenedWebSocket {
  const { socket, response } = upgrade(request);
  socket.binaryType = "arraybuffer";
  const early: unknown[] = [];
  socket.onmessage = ({ data }) => {
    if (early.push(data) > MAX_EARLY) refuse(socket, TOO_EARLY);
  };
  return { socket, early, response };
}

function upgrade(request: Request): Deno.WebSocketUpgrade {
  try {
    return Deno.upgradeWebSocket(request, {
      protocol: SUBPROTOCOL,
      idleTimeout: PING_S,
    });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new Problem("bad_request", error.message);
  }
}
