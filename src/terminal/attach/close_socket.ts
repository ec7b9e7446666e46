/**
 * The end of a viewer's socket: an error in a frame, and the same in the close.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import type {
  AttachmentCommand,
  AttachmentError,
} from "./attachment_events.ts";
import { encodeText } from "./frame_fields.ts";
import { CLOSE_CODE_BASE, ErrorCode } from "./protocol.ts";
import { encodeServerFrame } from "./server_frame.ts";
import type { ViewerSocket } from "./viewer_socket.ts";

/** Milliseconds that a viewer has to answer a close. */
export const CLOSE_MS = 2000;
/** Most bytes that a WebSocket takes as the reason of a close. */
const MAX_REASON_BYTES = 123;

/** Sends the error, if there is one, and closes the socket. */
export function closeSocket(
  socket: ViewerSocket,
  { code, error }: Extract<AttachmentCommand, { type: "close" }>,
): void {
  if (socket.readyState === WebSocket.OPEN && error !== undefined) {
    socket.send(encodeServerFrame(error));
  }
  const reason = new TextDecoder()
    .decode(encodeText(error?.text ?? "", MAX_REASON_BYTES));
  // In a turn of its own: if Deno reads a frame in the same turn, it drops
  // the connection, and the close code is lost.
  setImmediate(() => socket.close(code, reason));
}

/** The application does not permit the socket. */
export const FORBIDDEN: AttachmentError = {
  type: "error",
  code: ErrorCode.UNAUTHORIZED,
  text: "You may not see this session now",
};
/** The server stops before the socket is attached. */
export const STOPPING: AttachmentError = {
  type: "error",
  code: ErrorCode.GOING_AWAY,
  text: "The server is stopping",
};
/** The viewer does not wait until it is attached. */
export const TOO_EARLY: AttachmentError = {
  type: "error",
  code: ErrorCode.PROTOCOL,
  text: "Cannot keep more messages: wait for the ROLE first",
};

/** Closes a socket that no actor owns, as soon as it is open. */
export function refuse(socket: ViewerSocket, error: AttachmentError): void {
  const code = CLOSE_CODE_BASE + error.code;
  const close = (): void => closeSocket(socket, { type: "close", code, error });
  socket.onmessage = null;
  if (socket.readyState === WebSocket.CONNECTING) socket.onopen = close;
  else close();
}
