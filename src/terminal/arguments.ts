/**
 * Checks of what users pass to terminals, for programs without types. Numbers,
 * hosts, origins and the prefix are checked where they are resolved.
 *
 * @module
 */
import {
  checkArray,
  checkBoolean,
  checkFunction,
  checkObject,
  checkOptionNames,
  checkString,
  type OptionNames,
} from "../checks/internal.ts";
import { LIMIT_NAMES } from "../pty/internal.ts";
import type {
  AllowedCommand,
  CommandRequest,
} from "./access/command_policy.ts";
import type { ServeTerminalOptions, TerminalWorkerOptions } from "./options.ts";

const WORKER: OptionNames<TerminalWorkerOptions> = {
  ...LIMIT_NAMES,
  maxEndedSessions: true,
  maxEndedBytes: true,
  commands: true,
  directories: true,
  passEnv: true,
  env: true,
  maxSessions: true,
  maxAttachments: true,
  silenceMs: true,
  snapshots: true,
  snapshotLines: true,
  record: true,
};
const SERVE: OptionNames<ServeTerminalOptions> = {
  ...WORKER,
  prefix: true,
  hosts: true,
  origins: true,
  behindTls: true,
  clientOf: true,
  authorize: true,
  authorizeMs: true,
  ticketMs: true,
  loginMs: true,
  loginIdleMs: true,
  maxLogins: true,
  handshakesPerMinute: true,
  maxBodyBytes: true,
};
const COMMAND: OptionNames<AllowedCommand> = {
  name: true,
  command: true,
  args: true,
  allowArgs: true,
  cwd: true,
  env: true,
};
const REQUEST: OptionNames<CommandRequest> = {
  command: true,
  args: true,
  cwd: true,
  size: true,
};

/**
 * Checks the options of `serveTerminal`.
 *
 * @throws {TypeError} if one is not known or of the wrong type, or a directory
 * does not exist.
 */
export function checkServeOptions(options: ServeTerminalOptions): void {
  checkOptionNames("serveTerminal()", options, SERVE);
  const { commands, directories, passEnv, env, behindTls } = options;
  if (commands !== undefined) {
    checkArray("commands", commands, "an array of { name, command }");
    for (const command of commands) checkCommand(command);
  }
  checkTexts("directories", directories);
  checkDirectories(directories ?? []);
  checkTexts("passEnv", passEnv);
  checkEnv("env", env);
  checkTexts("origins", options.origins);
  if (behindTls !== undefined) checkBoolean("behindTls", behindTls);
  const { snapshots } = options;
  if (snapshots !== undefined) checkBoolean("snapshots", snapshots);
  for (const name of ["clientOf", "authorize", "record"] as const) {
    if (options[name] !== undefined) checkFunction(name, options[name]);
  }
}

/**
 * Checks that all options are those of a worker.
 *
 * @throws {TypeError} if one is not.
 */
export function checkWorkerOptions(options: TerminalWorkerOptions): void {
  checkOptionNames("serveTerminalWorker()", options, WORKER);
}

/**
 * Checks that directories exist, if this process may look.
 *
 * @throws {TypeError} if one does not, or is a file.
 */
function checkDirectories(directories: readonly string[]): void {
  for (const path of directories) {
    // Without the permission, Deno would ask whoever is at its terminal.
    const { state } = Deno.permissions.querySync({ name: "read", path });
    if (state !== "granted" || isDirectory(path)) continue;
    throw new TypeError(
      `Cannot use directories: there is no directory ${
        JSON.stringify(path)
      } here, create it or leave it out`,
    );
  }
}

function isDirectory(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch (error) {
    // What cannot be looked at may exist.
    return !(error instanceof Deno.errors.NotFound) &&
      !(error instanceof Deno.errors.NotADirectory);
  }
}

/**
 * Checks the request for a command of the application; sizes are checked by the
 * session.
 *
 * @throws {TypeError} if a part is not known or of the wrong type.
 */
export function checkRequest(request: CommandRequest): void {
  checkOptionNames("start()", request, REQUEST);
  const { command, args, cwd, size } = request;
  if (command !== undefined) checkString("command", command);
  checkTexts("args", args);
  if (cwd !== undefined) checkString("cwd", cwd);
  if (size !== undefined) checkObject("size", size, "{ columns, rows }");
}

function checkCommand(allowed: AllowedCommand): void {
  checkOptionNames("commands", allowed, COMMAND);
  const { name, command, args, allowArgs, cwd, env } = allowed;
  checkString("name", name);
  checkString("command", command);
  checkTexts("args", args);
  if (allowArgs !== undefined) checkFunction("allowArgs", allowArgs);
  if (cwd !== undefined) checkString("cwd", cwd);
  checkEnv("env", env);
}

function checkTexts(name: string, texts: readonly string[] | undefined): void {
  if (texts === undefined) return;
  checkArray(name, texts, "an array of strings");
  for (const text of texts) checkString(name, text);
}

function checkEnv(name: string, env: AllowedCommand["env"]): void {
  if (env === undefined) return;
  checkObject(name, env, "an object of strings");
  // The value may be a secret, so the error must not show it.
  for (const [variable, value] of Object.entries(env)) {
    if (typeof value !== "string") {
      throw new TypeError(
        `Cannot use ${name}.${variable}: it is a ${typeof value}, it must be a string`,
      );
    }
  }
}
