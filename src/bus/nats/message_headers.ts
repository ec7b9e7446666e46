/**
 * The headers of a message, which anybody may have written: NATS's server hands
 * on what its client refuses to read, and an exception in a callback would leave
 * the connection deaf.
 *
 * @module
 */
import type { Msg, MsgHdrs } from "@nats-io/transport-node";

/** Returns the headers, unless there are none that can be read. */
function headersOf(message: Msg): MsgHdrs | undefined {
  try {
    return message.headers;
  } catch {
    return undefined;
  }
}

/** Returns what the server says with a message of its own; 0 for all others. */
export function statusOf(message: Msg): number {
  return headersOf(message)?.code ?? 0;
}

/** Returns the value of a header; empty if there is none. */
export function headerOf(message: Msg, name: string): string {
  return headersOf(message)?.get(name) ?? "";
}
