// A module for workers that serves terminals, with sessions of its own.
import type { Core } from "../../../src/cores/core.ts";
import {
  serveTerminal,
  type TerminalServer,
} from "../../../src/terminal/terminal_server.ts";
import { RAW_CAT } from "../served.ts";
import { typed } from "./shells_topics.ts";

export default function main(core: Core): TerminalServer {
  const terminal = serveTerminal(core.system, {
    commands: [RAW_CAT],
    directories: ["/"],
  });
  core.handle(typed, async (text) => {
    const session = await terminal.start();
    const decoder = new TextDecoder();
    const ready = Promise.withResolvers<void>();
    const echoed = Promise.withResolvers<string>();
    let output = "";
    await using attachment = await session.attach({
      viewer: {
        tell(event) {
          if (event.type !== "output") return true;
          output += decoder.decode(event.bytes, { stream: true });
          if (output.endsWith("ready\n")) ready.resolve();
          if (output.endsWith(text)) echoed.resolve(output);
          return true;
        },
      },
    });
    // Before, the terminal itself would echo it.
    await ready.promise;
    await attachment.write(new TextEncoder().encode(text));
    return {
      output: await echoed.promise,
      sessions: terminal.stats().sessions,
    };
  });
  return terminal;
}
