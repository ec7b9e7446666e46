/**
 * A worker's part of a terminal that the main thread serves.
 *
 * @module
 */
import { checkMethods } from "../../checks/internal.ts";
import type { Core } from "../../cores/mod.ts";
import type { PtySession } from "../../pty/mod.ts";
import type { RequestInfo } from "../access/access.ts";
import type { CommandRequest } from "../access/command_policy.ts";
import type { Grant, RevokeTarget } from "../access/grant_rules.ts";
import type { TerminalStats } from "../metrics.ts";
import {
  resolveTerminalWorkerOptions,
  type TerminalWorkerOptions,
} from "../options.ts";
import { JoiningWorker } from "./joining_worker.ts";

/** A worker's part of a terminal, as its module holds it. */
export interface TerminalWorker extends AsyncDisposable {
  /**
   * Handles a request below the prefix of the terminal: pass it to `Deno.serve`,
   * whose port `core.sharePort` shares.
   */
  readonly fetch: (request: Request, info?: RequestInfo) => Promise<Response>;
  /**
   * Starts a session in this worker, which all workers list.
   *
   * @throws {TypeError} if a part of the request is not known or invalid.
   * @throws {Problem} if the command, an argument or the directory is not
   * allowed.
   * @throws {PtyError} if the program cannot be started, or there are too many
   * sessions in this worker.
   * @throws {RecordingError} if the recording cannot be opened.
   */
  start(request?: CommandRequest): Promise<PtySession>;
  /**
   * Makes a ticket, as that of the main thread does.
   *
   * @throws {TypeError} as a rejection, if a part of it is invalid.
   * @throws {Problem} as a rejection, if the session does not exist.
   */
  ticket(grant: Grant): Promise<string>;
  /**
   * Revokes access in all workers, as that of the main thread does.
   *
   * @throws {TypeError} as a rejection, if the target is empty or invalid.
   */
  revoke(target: RevokeTarget, why?: string): Promise<number>;
  /** Asks about every open socket again, as that of the main thread does. */
  reauthorize(why?: string): Promise<number>;
  /** Returns the numbers of this worker alone; its `logins` are always 0. */
  stats(): TerminalStats;
  /** Ends the sessions and sockets of this worker. */
  close(): Promise<void>;
}

/**
 * Serves the terminal of the main thread in a worker of `cores()`: with its
 * logins, and with the sessions of all workers. Each session lives in the worker
 * that has started it; a socket that lands in another one is relayed. The main
 * thread gives its terminal's `handler` to `cores()`, and has the options about
 * access.
 *
 * @param core What the module of the worker gets.
 * @param options May be left out; each option has its default, as for
 * `serveTerminal`. Limits are those of this worker.
 * @throws {RangeError} if a number in the options is out of its range.
 * @throws {TypeError} if another option is invalid.
 *
 * @example
 * ```ts ignore
 * // main.ts
 * const shells = serveTerminal(system);
 * const service = await cores(
 *   system,
 *   new URL("./shells.ts", import.meta.url),
 *   { handlers: [shells.handler] },
 * );
 *
 * // shells.ts
 * import type { CoreMain } from "@troupe/troupe/cores";
 * import { serveTerminalWorker } from "@troupe/troupe/terminal";
 *
 * const main: CoreMain = (core) => {
 *   const shells = serveTerminalWorker(core);
 *   Deno.serve(core.sharePort({ hostname: "127.0.0.1", port: 8080 }), shells.fetch);
 *   return shells;
 * };
 * export default main;
 * ```
 */
export function serveTerminalWorker(
  core: Core,
  options: TerminalWorkerOptions = {},
): TerminalWorker {
  checkMethods("core", core, ["ask", "handle"], "what the module gets");
  return new JoiningWorker(core, resolveTerminalWorkerOptions(options));
}
