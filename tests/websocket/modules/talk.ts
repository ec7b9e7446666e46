/**
 * A conversation in numbered messages, both ways at once, wherever there is
 * JavaScript: it is bundled for a page and for Node.
 *
 * @module
 */
import type { LogicalConnection } from "../../../src/session/logical_connection.ts";
import {
  Checker,
  type Faults,
  messageOf,
  noFaults,
} from "../../support/numbered_messages.ts";

/** What has come of a conversation. */
export interface TalkReport {
  /** Messages that have arrived. */
  received: number;
  readonly faults: Faults;
}

/** Sends so many messages, and checks as many that arrive. */
export async function talk(
  connection: LogicalConnection,
  messages: number,
  maxBytes: number,
): Promise<TalkReport> {
  const report: TalkReport = { received: 0, faults: noFaults() };
  const checker = new Checker(maxBytes, report.faults);
  const sending = (async () => {
    for (let number = 0; number < messages; number++) {
      await connection.send(messageOf(number, maxBytes));
    }
    await connection.closeWrite();
  })();
  // If the connection fails, the loop says so first.
  sending.catch(() => {});
  for await (const message of connection) {
    report.received++;
    checker.take(message);
  }
  await sending;
  checker.end(messages);
  return report;
}
