/**
 * What each worker of `main.ts` runs with `--workers`: the terminal of the main
 * thread, on the port that all share.
 *
 * Permissions: -A, as one of the workers of `main.ts`.
 *
 * @module
 */
import { type Core, CoreTopic } from "../../src/cores/mod.ts";
import { serveTerminalWorker } from "../../src/terminal/mod.ts";
import { listen } from "./listen.ts";
import { recordTo } from "./record.ts";

/** What the main thread says to its workers. */
export interface WorkerData {
  readonly host: string;
  readonly port: number;
  readonly graceMs: number;
  readonly directories: readonly string[];
  /** The program to run; the shell of the user without one. */
  readonly command: readonly string[];
  /** The file to record to; each worker adds its number. */
  readonly record: string | undefined;
}

/** Asks for the port on which the worker listens. */
export const listensOn: CoreTopic<void, number> = new CoreTopic("listens_on");
/** Starts a session in the worker; the reply is its id. */
export const startSession: CoreTopic<void, string> = new CoreTopic(
  "start_session",
);

export default function main(core: Core<WorkerData>): AsyncDisposable {
  const { host, port, graceMs, directories, record } = core.data;
  const [command, ...args] = core.data.command;
  const shells = serveTerminalWorker(core, {
    graceMs,
    directories,
    ...(command === undefined
      ? {}
      : { commands: [{ name: command, command, args }] }),
    ...(record === undefined
      ? {}
      : { record: recordTo(`${record}.worker-${core.index}`) }),
  });
  const options = core.sharePort({ hostname: host, port });
  const server = core.listens ? listen(options, shells.fetch) : undefined;
  core.handle(listensOn, () => options.port);
  core.handle(startSession, async () => (await shells.start()).id);
  return {
    async [Symbol.asyncDispose]() {
      await shells.close();
      await server?.shutdown();
    },
  };
}
