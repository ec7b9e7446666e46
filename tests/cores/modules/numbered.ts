// A service whose connections say numbered messages and check those they get.
import type { Core } from "../../../src/cores/core.ts";
import { listen, type Listener } from "../../../src/tcp/listener.ts";
import {
  Checker,
  messageOf,
  noFaults,
} from "../../support/numbered_messages.ts";
import { address, end } from "./topics.ts";
import { faultsSeen } from "./numbered_topics.ts";

/** What the metadata of a connection asks for. */
export interface Wish {
  readonly messages: number;
  readonly maxBytes: number;
}

export default function main(core: Core): Listener {
  const faults = noFaults();
  let received = 0;
  core.handle(faultsSeen, () => ({ received, faults, index: core.index }));
  core.handle(end, (how) => {
    if (how === "exit") Deno.exit(1);
  });
  const listener = listen(core.system, {
    port: 0,
    async serve(connection) {
      const { messages, maxBytes }: Wish = JSON.parse(
        new TextDecoder().decode(connection.metadata),
      );
      const checker = new Checker(maxBytes, faults);
      await Promise.all([
        (async () => {
          for await (const message of connection) {
            checker.take(message);
            received++;
          }
          checker.end(messages);
        })(),
        (async () => {
          for (let number = 0; number < messages; number++) {
            await connection.send(messageOf(number, maxBytes));
          }
          await connection.closeWrite();
        })(),
      ]);
    },
  });
  core.handle(address, () => listener.address);
  return listener;
}
