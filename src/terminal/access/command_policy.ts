/**
 * The commands that may be started, in which directories and environment.
 *
 * @module
 */
import type { PtySize, PtySpec } from "../../pty/mod.ts";
import { Problem } from "../http/problem.ts";

/** A command that requests may start. */
export interface AllowedCommand {
  /** Name by which requests refer to the command. */
  readonly name: string;
  /** Path of the program, or a name that is looked up in `PATH`. */
  readonly command: string;
  /**
   * Arguments that the program always gets.
   * @default {[]}
   */
  readonly args?: readonly string[];
  /**
   * Decides whether a request may add these arguments to `args`.
   * @default {a function that refuses all arguments}
   */
  readonly allowArgs?: (args: readonly string[]) => boolean;
  /**
   * Directory in which the program starts.
   * @default {the first of the server's `directories`}
   */
  readonly cwd?: string;
  /** Environment variables for this command only. */
  readonly env?: Readonly<Record<string, string>>;
}

/** The rules for what requests may start. */
export interface CommandRules {
  /** Allowed commands; the first is started when a request names none. */
  readonly commands: readonly AllowedCommand[];
  /** Directories in which, or below which, sessions may start. */
  readonly directories: readonly string[];
  /** Names of variables of this process that are passed on. */
  readonly passEnv: readonly string[];
  /** Further variables for every session. */
  readonly env: Readonly<Record<string, string>>;
}

/** A request to start a session. */
export interface CommandRequest {
  /**
   * Name of an allowed command.
   * @default {the name of the first command}
   */
  readonly command?: string | undefined;
  /**
   * Further arguments, if the command allows them.
   * @default {[]}
   */
  readonly args?: readonly string[] | undefined;
  /**
   * Directory in which the program starts, below an allowed one.
   * @default {the directory of the command}
   */
  readonly cwd?: string | undefined;
  /**
   * Size of the terminal, in cells.
   * @default {80 columns and 24 rows}
   */
  readonly size?: PtySize | undefined;
}

/** The variable that is set unless another one is: browsers use UTF-8. */
const UTF_8 = { LANG: "C.UTF-8" };

/** Variables that programs need and that hold no secret. */
export const DEFAULT_PASS_ENV: readonly string[] = [
  "HOME",
  "LANG",
  "LC_ALL",
  "LC_CTYPE",
  "LOGNAME",
  "PATH",
  "SHELL",
  "TMPDIR",
  "TZ",
  "USER",
];

/**
 * Returns what to start for a request.
 *
 * @throws {Problem} if the request is not allowed.
 */
export async function commandFor(
  rules: CommandRules,
  request: CommandRequest,
): Promise<PtySpec> {
  const [first] = rules.commands;
  const { command: name = first?.name, args = [], size } = request;
  const allowed = rules.commands.find((command) => command.name === name);
  if (allowed === undefined) {
    throw new Problem("forbidden", `The command "${name}" is not allowed`);
  }
  if (args.length > 0 && allowed.allowArgs?.(args) !== true) {
    throw new Problem(
      "forbidden",
      `These arguments of "${name}" are not allowed`,
    );
  }
  const cwd = await directoryFor(rules, allowed, request.cwd);
  return {
    command: allowed.command,
    args: [...allowed.args ?? [], ...args],
    env: {
      ...UTF_8,
      ...passedOn(rules.passEnv),
      ...rules.env,
      ...allowed.env,
    },
    ...(cwd === undefined ? {} : { cwd }),
    ...(size === undefined ? {} : { size }),
  };
}

/** The directory of a request must be an allowed one, or be below one. */
async function directoryFor(
  rules: CommandRules,
  allowed: AllowedCommand,
  asked: string | undefined,
): Promise<string | undefined> {
  if (asked === undefined) return allowed.cwd ?? rules.directories[0];
  // The reply does not show whether the directory exists.
  const refused = new Problem(
    "forbidden",
    `The directory "${asked}" is not allowed`,
  );
  const real = await Deno.realPath(asked).catch(() => undefined);
  if (real === undefined || !asked.startsWith("/")) throw refused;
  for (const directory of rules.directories) {
    const root = await Deno.realPath(directory).catch(() => undefined);
    if (root === undefined) continue;
    const below = root.endsWith("/") ? root : `${root}/`;
    if (real === root || real.startsWith(below)) return real;
  }
  throw refused;
}

function passedOn(names: readonly string[]): Record<string, string> {
  const env: Record<string, string> = {};
  for (const name of names) {
    const value = Deno.env.get(name);
    if (value !== undefined) env[name] = value;
  }
  return env;
}
