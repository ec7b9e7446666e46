/**
 * What an attachment uses of the socket of its viewer: a `WebSocket`, or the
 * end of one that another thread has accepted.
 *
 * @module
 */

/** The socket of a viewer. */
export interface ViewerSocket {
  binaryType: BinaryType;
  readonly readyState: number;
  /** Bytes that were sent and have not left this process. */
  readonly bufferedAmount: number;
  onopen: ((event: Event) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
  onerror: ((event: Event) => void) | null;
  onmessage: ((event: MessageEvent) => void) | null;
  /** Sends a message; its memory may be used again when this returns. */
  send(frame: Uint8Array<ArrayBuffer>): void;
  close(code: number, reason: string): void;
}
