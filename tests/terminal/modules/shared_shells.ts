// A module for workers that serves the terminal of the main thread, on a port
// that all share and on one of its own, by which tests choose the worker.
import type { Core } from "../../../src/cores/core.ts";
import type { TerminalWorkerOptions } from "../../../src/terminal/options.ts";
import { serveTerminalWorker } from "../../../src/terminal/threads/terminal_worker.ts";
import { RAW_CAT } from "../served.ts";
import {
  block,
  exit,
  ports,
  revokeHere,
  startHere,
  statsHere,
  ticketHere,
} from "./shared_shells_topics.ts";

/** What the module is told by the test. */
export interface SharedShellsData extends TerminalWorkerOptions {
  /** The directory in which sessions are recorded. */
  readonly recordings?: string;
}

export default function main(core: Core<SharedShellsData>): AsyncDisposable {
  const { recordings, ...more } = core.data;
  const terminal = serveTerminalWorker(core, {
    commands: [RAW_CAT],
    directories: ["/"],
    ...recordings === undefined
      ? {}
      : { record: ({ id }) => fileOf(`${recordings}/${id}`) },
    ...more,
  });
  const options = { hostname: "127.0.0.1", onListen() {} };
  const shared = Deno.serve(core.sharePort(options), terminal.fetch);
  const own = Deno.serve({ ...options, port: 0 }, terminal.fetch);
  core.handle(ports, () => ({
    shared: shared.addr.port,
    own: own.addr.port,
  }));
  core.handle(startHere, async () => (await terminal.start()).id);
  core.handle(statsHere, () => terminal.stats());
  core.handle(ticketHere, (grant) => terminal.ticket(grant));
  core.handle(revokeHere, (target) => terminal.revoke(target));
  core.handle(exit, () => Deno.exit());
  core.handle(block, (gate) => {
    // It sleeps, as other threads have to work meanwhile.
    Atomics.wait(gate, 0, 0);
  });
  return {
    async [Symbol.asyncDispose]() {
      await terminal.close();
      await Promise.all([shared.shutdown(), own.shutdown()]);
    },
  };
}

async function fileOf(path: string): Promise<WritableStream<Uint8Array>> {
  return (await Deno.open(path, { createNew: true, write: true })).writable;
}
