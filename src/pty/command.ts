/**
 * Checks a command before it is started: after the fork, an error could only
 * be read on the terminal.
 *
 * @module
 */
import {
  PtyDirectoryError,
  PtyExecError,
  PtyPermissionError,
} from "./errors.ts";
import { reasonOf } from "../checks/internal.ts";
import { interpretersOf } from "./interpreter.ts";
import type { PtyCommand } from "./pty.ts";
import { checkSize } from "./size.ts";

/** A command with defaults filled in. */
export interface ResolvedCommand extends Required<PtyCommand> {
  /** The file that is executed. */
  readonly path: string;
}

/** Where `execvp` looks when there is no `PATH`. */
const DEFAULT_PATH = "/bin:/usr/bin";
/** Variables that describe the terminal of this process, not the new one. */
const FOREIGN = [
  "TMUX",
  "TMUX_PANE",
  "STY",
  "WINDOW",
  "WINDOWID",
  "TERMCAP",
  "COLUMNS",
  "LINES",
];

/**
 * Checks a command and fills in defaults.
 *
 * @throws {PtySizeError} if no terminal can have the size.
 * @throws {PtyDirectoryError} if the working directory cannot be used.
 * @throws {PtyExecError} if the command cannot be executed.
 * @throws {PtyPermissionError} if this process lacks a permission.
 */
export async function resolveCommand(
  given: PtyCommand,
): Promise<ResolvedCommand> {
  const { command, args = [], term = "xterm-256color" } = given;
  const size = checkSize(given.size ?? { columns: 80, rows: 24 });
  const environment = Object.entries(given.env ?? {}).flat();
  if ([command, ...args, ...environment].some((text) => text.includes("\0"))) {
    throw new PtyExecError(
      `Cannot spawn ${
        JSON.stringify(command)
      }: the command, an argument or the environment contains a NUL, remove it`,
    );
  }
  try {
    const cwd = given.cwd ?? Deno.cwd();
    await checkDirectory(cwd);
    const env: Record<string, string> = {
      ...given.env ?? ownEnvironment(),
      TERM: term,
      PWD: cwd,
    };
    const path = await findExecutable(command, cwd, env.PATH ?? DEFAULT_PATH);
    checkRun(command, path);
    await checkInterpreters(command, path, cwd);
    return { command, args, cwd, env, term, size, path };
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotCapable)) throw cause;
    throw new PtyPermissionError(
      `Cannot spawn ${command}: a permission is missing: ${cause.message}`,
      { cause },
    );
  }
}

/** Native code could run anything, but `--allow-run` must hold. */
function checkRun(command: string, path: string): void {
  const allowed = [command, path].some((command) =>
    Deno.permissions.querySync({ name: "run", command }).state === "granted"
  );
  if (allowed) return;
  throw new PtyPermissionError(
    `Cannot spawn ${command}: a permission is missing, run with --allow-run=${command}`,
  );
}

/** The kernel would only say that the script does not exist. */
async function checkInterpreters(
  command: string,
  path: string,
  cwd: string,
): Promise<void> {
  for (const interpreter of interpretersOf(path, cwd)) {
    const found = await Deno.stat(interpreter).catch(whyNotFound);
    const why = typeof found === "string" ? found : whyNotExecuted(found);
    if (why === undefined) continue;
    throw new PtyExecError(
      `Cannot execute ${command}: its interpreter ${interpreter} cannot be used: ${why}`,
    );
  }
}

async function checkDirectory(cwd: string): Promise<void> {
  const found = await Deno.stat(cwd).catch(whyNotFound);
  const why = typeof found === "string" ? found : whyNotEntered(found);
  if (why === undefined) return;
  throw new PtyDirectoryError(
    `Cannot start in ${cwd}: ${why}, set cwd to a directory`,
  );
}

function whyNotEntered(found: Deno.FileInfo): string | undefined {
  if (!found.isDirectory) return "it is not a directory";
  return isExecutable(found) ? undefined : "no user may enter it";
}

function whyNotExecuted(found: Deno.FileInfo): string | undefined {
  if (!found.isFile) return "it is not a file";
  return isExecutable(found) ? undefined : "it is not executable";
}

/** Whether any user may execute it: whether this one may shows at the start. */
function isExecutable({ mode }: Deno.FileInfo): boolean {
  return mode === null || (mode & 0o111) !== 0;
}

async function findExecutable(
  command: string,
  cwd: string,
  searchPath: string,
): Promise<string> {
  const folders = command.includes("/") ? [""] : searchPath.split(":");
  let why: string | undefined;
  for (const folder of folders) {
    const named = folder === "" ? command : `${folder}/${command}`;
    const path = named.startsWith("/") ? named : `${cwd}/${named}`;
    const found = await Deno.stat(path).catch(whyNotFound);
    if (typeof found === "string") continue;
    why = whyNotExecuted(found);
    if (why === undefined) return path;
  }
  throw new PtyExecError(
    `Cannot execute ${command}: ${
      why ?? "there is no such command, give its path or check PATH"
    }`,
  );
}

/** Returns why a path cannot be used; a missing permission is thrown on. */
function whyNotFound(error: unknown): string {
  if (error instanceof Deno.errors.NotCapable) throw error;
  return reasonOf(error);
}

function ownEnvironment(): Record<string, string> {
  const env = Deno.env.toObject();
  for (const name of FOREIGN) delete env[name];
  return env;
}
