/**
 * PTYs from the native half of `npm:@lydell/node-pty`: its JavaScript half
 * closes the terminal 200 ms after the exit, and loses what is unread then.
 * Loaded when the first session is spawned, and by nothing else.
 *
 * @module
 */
import { createRequire } from "node:module";
import { constants } from "node:os";
import { ReadStream } from "node:tty";
import {
  PtyDirectoryError,
  type PtyError,
  PtyExecError,
  PtyInterruptedError,
  PtyPermissionError,
  PtyPlatformError,
  PtySignalError,
  PtySpawnError,
} from "./errors.ts";
import { closestName, reasonOf } from "../checks/internal.ts";
import { realClock } from "../actor/mod.ts";
import { InputDescriptor } from "./input_descriptor.ts";
import { InputWriter } from "./input_writer.ts";
import { interpretersOf } from "./interpreter.ts";
import { closeOnExec, foregroundGroup, killGroup, mayExecute } from "./libc.ts";
import { rememberTerminal } from "./open_terminals.ts";
import type { Pty, PtyExit, PtyListener, SignalName } from "./pty.ts";
import type { ResolvedCommand } from "./command.ts";

/** The functions of the native half that are used. */
interface Native {
  fork(
    file: string,
    args: readonly string[],
    env: readonly string[],
    cwd: string,
    columns: number,
    rows: number,
    uid: number,
    gid: number,
    utf8: boolean,
    helper: string,
    onExit: (code: number, signal: number) => void,
  ): { readonly fd: number; readonly pid: number; readonly pty: string };
  resize(fd: number, columns: number, rows: number): void;
}

/** The permissions that Deno requires to read a terminal by descriptor. */
const TTY_PERMISSIONS = ["read", "write"] as const;
/** The uid and gid of this process. */
const SAME = -1;
/** Signals by number; of several names, the first is the common one. */
const SIGNAL_NAMES = new Map(
  Object.entries(constants.signals).reverse()
    .map(([name, number]) => [number, name as SignalName]),
);
const SIGNAL_NUMBERS = new Map<string, number>(
  Object.entries(constants.signals),
);

const decoder = new TextDecoder();
/** How the message of a failed start begins. */
const FAILURES = ["execvp(", "chdir("] as const;

let loaded: Promise<Native> | undefined;

/**
 * Starts a program. It must have been checked before: here, a command or a
 * directory that does not exist shows only when the program has ended.
 *
 * @throws {PtyPlatformError} if there is no native add-on.
 * @throws {PtyPermissionError} if the add-on may not be loaded.
 * @throws {PtySpawnError} if the system has no more PTYs or processes.
 */
export async function openNodePty(command: ResolvedCommand): Promise<Pty> {
  loaded ??= load();
  try {
    return new NodePty(await loaded, command);
  } catch (cause) {
    loaded = undefined;
    throw spawnError(command, cause);
  }
}

async function load(): Promise<Native> {
  // A missing permission fails here, and not when the program runs.
  foregroundGroup(-1);
  for (const name of TTY_PERMISSIONS) {
    if (Deno.permissions.querySync({ name }).state === "granted") continue;
    throw new Deno.errors.NotCapable(
      `Requires all ${name} access, run again with the --allow-${name} flag`,
    );
  }
  const { default: { requireBinary } } = await import(
    "@lydell/node-pty/requireBinary.js"
  );
  return requireBinary("pty.node");
}

function spawnError(command: ResolvedCommand, cause: unknown): PtySpawnError {
  if (cause instanceof PtySpawnError) return cause;
  if (cause instanceof Deno.errors.NotCapable) {
    return new PtyPermissionError(
      `Cannot spawn ${command.command}: a permission is missing: ${cause.message}`,
      { cause },
    );
  }
  const why = reasonOf(cause);
  const message = `Cannot spawn ${command.command}: ${why}`;
  return /could not find|not support|cannot open shared object/i.test(why)
    ? new PtyPlatformError(message, { cause })
    : new PtySpawnError(message, { cause });
}

/** The program that starts others on macOS; it is beside the add-on. */
function helper(): string {
  if (Deno.build.os !== "darwin") return "";
  const { cache } = createRequire("file:///");
  const addOn = Object.keys(cache).find((path) => path.endsWith("/pty.node"));
  return addOn?.replace(/pty\.node$/, "spawn-helper") ?? "";
}

class NodePty implements Pty {
  readonly pid: number;
  readonly #native: Native;
  readonly #startable: Startable;
  /** Reads only: once the terminal was full, it would never write again. */
  readonly #stream: ReadStream;
  readonly #descriptor: InputDescriptor;
  readonly #input: InputWriter;
  readonly #remembered: Disposable;
  readonly #exited = Promise.withResolvers<void>();
  #status: { readonly code: number; readonly signal: number } | undefined;
  /** The first output, while it may be the message of a failed start. */
  #firstOutput: string | undefined = "";

  constructor(native: Native, command: ResolvedCommand) {
    this.#native = native;
    // Before the fork: a program may remove its own file.
    this.#startable = startable(command);
    const { fd, pid, pty } = native.fork(
      command.command,
      command.args,
      Object.entries(command.env).map(([name, value]) => `${name}=${value}`),
      command.cwd,
      command.size.columns,
      command.size.rows,
      SAME,
      SAME,
      true,
      helper(),
      (code, signal) => {
        this.#status = { code, signal };
        this.#exited.resolve();
      },
    );
    this.pid = pid;
    // Otherwise programs that are started later could read and write it.
    closeOnExec(fd);
    this.#stream = new ReadStream(fd);
    // EIO is the end of the output, and any other error ends it too.
    this.#stream.on("error", () => {});
    try {
      this.#descriptor = new InputDescriptor(fd, pty);
    } catch (error) {
      this.#stream.destroy();
      killGroup(pid, constants.signals.SIGKILL);
      throw error;
    }
    this.#input = new InputWriter(this.#descriptor, realClock);
    this.#remembered = rememberTerminal({
      pid,
      path: pty,
      descriptors: [fd, this.#descriptor.fd ?? fd],
    });
  }

  get waitingBytes(): number {
    return this.#input.waitingBytes;
  }

  get exit(): PtyExit | undefined {
    if (this.#status === undefined) return undefined;
    const { code, signal } = this.#status;
    if (signal > 0) {
      const name = SIGNAL_NAMES.get(signal) ?? `SIG${signal}` as const;
      return { code: undefined, signal: name, error: undefined };
    }
    const error = code === 1
      ? failedStart(this.#firstOutput ?? "", this.#startable)
      : undefined;
    return { code, signal: undefined, error };
  }

  start(listener: PtyListener): void {
    this.#stream.on("close", () => {
      this.#remembered[Symbol.dispose]();
      const closing = this.#closeInput();
      if (closing === undefined) listener.closed();
      else closing.then(() => listener.closed());
    });
    this.#exited.promise.then(() => listener.exited());
    this.#stream.on("data", (bytes: Uint8Array) => {
      if (this.#firstOutput !== undefined) this.#keepFirst(bytes);
      listener.output(bytes);
    });
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  write(bytes: Uint8Array, done: (error?: unknown) => void): void {
    this.#input.write(bytes, done);
  }

  interrupt(key: number): number | undefined {
    if (!this.#descriptor.isSignalKey(key)) return undefined;
    const dropped = this.dropInput();
    this.#input.write(Uint8Array.of(key), () => {});
    return dropped;
  }

  dropInput(): number {
    const dropped = this.#input.drop((bytes) => new PtyInterruptedError(bytes));
    this.#descriptor.discard();
    return dropped;
  }

  resize({ columns, rows }: { columns: number; rows: number }): void {
    const { fd } = this.#descriptor;
    if (fd !== undefined) this.#native.resize(fd, columns, rows);
  }

  foreground(): number {
    const { fd } = this.#descriptor;
    if (fd === undefined) return this.pid;
    const group = foregroundGroup(fd);
    return group > 1 ? group : this.pid;
  }

  signal(group: number, signal: SignalName | 0): boolean {
    const number = signal === 0 ? 0 : SIGNAL_NUMBERS.get(signal);
    if (number === undefined) {
      const meant = closestName(`${signal}`, [...SIGNAL_NUMBERS.keys()]) ??
        "SIGINT";
      throw new PtySignalError(
        `Cannot send ${signal}: there is no such signal, did you mean ${meant}?`,
      );
    }
    return killGroup(group, number);
  }

  close(): void {
    this.#closeInput();
    this.#stream.destroy();
  }

  /** The terminal is closed when both descriptors are. */
  #closeInput(): Promise<void> | undefined {
    this.#input.close();
    return this.#descriptor.close();
  }

  /** Keeps the first output while it may be that of a failed start. */
  #keepFirst(bytes: Uint8Array): void {
    const text = this.#firstOutput + decoder.decode(bytes);
    const fails = FAILURES.some((start) =>
      text.startsWith(start.slice(0, text.length))
    );
    this.#firstOutput = fails && text.length < 200 ? text : undefined;
  }
}

/** What could be used when the program was started. */
interface Startable {
  readonly directory: boolean;
  readonly file: boolean;
}

function startable({ path, cwd }: ResolvedCommand): Startable {
  return {
    directory: mayExecute(cwd),
    file: [path, ...interpretersOf(path, cwd)].every(mayExecute),
  };
}

/**
 * Reads the message that the child of a fork prints when exec fails. A program
 * may print the same, so it counts only if the file or the directory could not
 * be used when it was started.
 */
function failedStart(
  output: string,
  { directory, file }: Startable,
): PtyError | undefined {
  const [, call, why] =
    /^(execvp|chdir)\([23]\) failed\.: (.*)\r\n$/.exec(output) ?? [];
  if (call === undefined) return undefined;
  if (call === "chdir") {
    return directory
      ? undefined
      : new PtyDirectoryError(`Cannot enter the working directory: ${why}`);
  }
  return file
    ? undefined
    : new PtyExecError(`Cannot execute the command: ${why}`);
}
