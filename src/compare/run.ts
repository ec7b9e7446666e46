/**
 * One run: a command in its own process, and its numbers.
 *
 * @module
 */
import {
  checkArray,
  checkOptionNames,
  checkString,
  type OptionNames,
} from "../checks/internal.ts";
import { ChildCpu } from "./child_cpu.ts";
import { RunFailedError } from "./errors.ts";
import { type CompareMetric, measured, readField } from "./metric.ts";

/** A command to measure. */
export interface CompareCommand {
  /** Label of the command in reports. */
  readonly label: string;
  /** Program, which is looked up in `PATH`, and its arguments. */
  readonly command: readonly [program: string, ...args: string[]];
  /**
   * Working directory of the command.
   * @default {the current directory}
   */
  readonly directory?: string;
}

const COMMAND_NAMES: OptionNames<CompareCommand> = {
  label: true,
  command: true,
  directory: true,
};

/**
 * Checks a command.
 *
 * @throws {TypeError} if it is none.
 */
export function checkCommand(name: string, given: CompareCommand): void {
  checkOptionNames(name, given, COMMAND_NAMES);
  const { label, command, directory } = given;
  checkString(`${name}.label`, label);
  checkArray(
    `${name}.command`,
    command,
    'a list, such as ["deno", "--version"]',
  );
  for (const part of command) checkString(`a part of ${name}.command`, part);
  if (directory !== undefined) checkString(`${name}.directory`, directory);
}

/** Options of a run. */
export interface RunOptions {
  /** Milliseconds after which the run is ended and has failed. */
  readonly timeoutMs: number;
  /** Cancels the run, which rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Milliseconds that a command gets between `SIGTERM` and `SIGKILL`. */
const GRACE_MS = 2000;
/** Characters of the output that are kept: enough for the last line. */
const KEPT_CHARACTERS = 64 * 1024;

/**
 * Runs a command until it and everything that it started has ended; resolves
 * with one number for each metric.
 *
 * @throws {RunFailedError} if the command cannot be started, fails, takes too
 * long, or does not print a metric.
 */
export async function runCommand(
  command: CompareCommand,
  metrics: readonly CompareMetric[],
  options: RunOptions,
): Promise<number[]> {
  using cpu = metrics.some(({ name }) => name === "cpu")
    ? new ChildCpu()
    : undefined;
  options.signal?.throwIfAborted();
  const cpuBefore = cpu?.seconds() ?? 0;
  const startedAt = performance.now();
  const { output, endedAt } = await outputOf(command, options);
  const seconds: Record<string, number> = {
    wall: (endedAt - startedAt) / 1000,
    cpu: (cpu?.seconds() ?? 0) - cpuBefore,
  };
  return metrics.map(({ name }) =>
    Object.hasOwn(seconds, name)
      ? measured(name, seconds[name])
      : readField(output, name)
  );
}

async function outputOf(
  command: CompareCommand,
  { signal, timeoutMs }: RunOptions,
): Promise<{ output: string; endedAt: number }> {
  const child = spawn(command);
  let timedOut = false;
  const timers: ReturnType<typeof setTimeout>[] = [];
  const end = () => {
    endGroup(child, "SIGTERM");
    timers.push(setTimeout(() => endGroup(child, "SIGKILL"), GRACE_MS));
  };
  timers.push(setTimeout(() => {
    timedOut = true;
    end();
  }, timeoutMs));
  signal?.addEventListener("abort", end, { once: true });
  try {
    const output = tail(child.stdout);
    const errors = tail(child.stderr);
    const status = await child.status;
    const endedAt = performance.now();
    // Processes that it left would disturb the next run and hold the pipes.
    endGroup(child, "SIGKILL");
    const texts = await Promise.all([output, errors]);
    signal?.throwIfAborted();
    if (timedOut || !status.success) {
      const how = timedOut
        ? `it took longer than ${timeoutMs / 1000} s`
        : `its exit code is ${status.code}`;
      throw new RunFailedError(
        `Cannot compare ${command.label}: ${how}\n${texts[1].slice(-2000)}`
          .trimEnd(),
      );
    }
    return { output: texts[0], endedAt };
  } finally {
    signal?.removeEventListener("abort", end);
    timers.forEach((timer) => clearTimeout(timer));
  }
}

function spawn(
  { label, command: [program, ...args], directory }: CompareCommand,
): Deno.ChildProcess {
  try {
    return new Deno.Command(program, {
      args,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      // Its own process group, which is ended as a whole.
      detached: true,
      ...directory === undefined ? {} : { cwd: directory },
    }).spawn();
  } catch (cause) {
    throw new RunFailedError(
      `Cannot compare ${label}: ${program} cannot be started, check the command`,
      { cause },
    );
  }
}

function endGroup(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    if (Deno.build.os === "windows") child.kill(signal);
    else Deno.kill(-child.pid, signal);
  } catch {
    // No process is left.
  }
}

/** Reads a stream, and resolves with the last part of its text. */
async function tail(stream: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  for await (const part of stream.pipeThrough(new TextDecoderStream())) {
    text = (text + part).slice(-KEPT_CHARACTERS);
  }
  return text;
}
