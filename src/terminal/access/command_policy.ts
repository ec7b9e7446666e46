/**
 * What may be started, where, and with which environment.
 *
 * @module
 */
import type { PtySize, PtySpec } from "../../pty/mod.ts";
import { Problem } from "../http/problem.ts";

/** A command that may be started. */
export interface AllowedCommand {
  /** What requests call it. */
  readonly name: string;
  /** A path, or a name that is looked for in `PATH`. */
  readonly command: string;
  /**
   * Its arguments.
   * @default {[]}
   */
  readonly args?: readonly string[];
  /**
   * Whether requests may give further arguments: they decide, given what was
   * asked for.
   * @default {no}
   */
  readonly allowArgs?: (args: readonly string[]) => boolean;
  /**
   * The directory in which it starts.
   * @default {the first one of `directories`}
   */
  readonly cwd?: string;
  /** Variables for it alone. */
  readonly env?: Readonly<Record<string, string>>;
}

/** What may be started. */
export interface CommandRules {
  /** The first one is started when a request names none. */
  readonly commands: readonly AllowedCommand[];
  /** Where sessions may start: in one of these, or below. */
  readonly directories: readonly string[];
  /** Names of variables of this process that are handed on. */
  readonly passEnv: readonly string[];
  /** Variables for every session. */
  readonly env: Readonly<Record<string, string>>;
}

/** What a request asks to start. */
export interface CommandRequest {
  /** The name of a command. */
  readonly command?: string | undefined;
  /** Further arguments. */
  readonly args?: readonly string[] | undefined;
  /** A directory. */
  readonly cwd?: string | undefined;
  /** The size of the terminal. */
  readonly size?: PtySize | undefined;
}

/** Where nothing else is said: browsers speak UTF-8. */
const UTF_8 = { LANG: "C.UTF-8" };

/** What programs need of the environment, and what is no secret. */
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
 * What to start for a request.
 *
 * @throws {Problem} when it is not allowed.
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
      ...inherited(rules.passEnv),
      ...rules.env,
      ...allowed.env,
    },
    ...(cwd === undefined ? {} : { cwd }),
    ...(size === undefined ? {} : { size }),
  };
}

/** Where to start; what a request asks for must be below what is allowed. */
async function directoryFor(
  rules: CommandRules,
  allowed: AllowedCommand,
  asked: string | undefined,
): Promise<string | undefined> {
  if (asked === undefined) return allowed.cwd ?? rules.directories[0];
  // Whether it is not there or not allowed is nobody's business.
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

function inherited(names: readonly string[]): Record<string, string> {
  const env: Record<string, string> = {};
  for (const name of names) {
    const value = Deno.env.get(name);
    if (value !== undefined) env[name] = value;
  }
  return env;
}
