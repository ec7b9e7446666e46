/**
 * Sending a message with its buffer: between the options of a `send` and what
 * the session lends from.
 *
 * @module
 */
import type { SendOptions } from "./logical_connection.ts";
import { refusal } from "./message_options.ts";
import type { StreamPort } from "./stream_port.ts";
import { Loan, transferred } from "./wire/loan.ts";
import type { Outbox } from "./wire/outbox.ts";

/** Sends a message, and returns its buffer when it is free again. */
export function sendTransferred(
  outbox: Outbox,
  message: Uint8Array,
  { onReturn, signal }: SendOptions,
  port: Pick<StreamPort, "notify">,
): Promise<void> {
  let payload: Uint8Array<ArrayBuffer>;
  try {
    payload = transferred(message);
  } catch (error) {
    return refusal(error);
  }
  const loan = new Loan(payload.buffer, (buffer) => {
    if (onReturn !== undefined) port.notify(() => onReturn(buffer));
  });
  return outbox.sendLent(payload, loan, signal);
}
