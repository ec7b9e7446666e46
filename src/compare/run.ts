/**
 * One run: a command in a process of its own, and its numbers.
 *
 * @module
 */
import { ChildCpu } from "./child_cpu.ts";
import { RunFailedError } from "./errors.ts";
import { type CompareMetric, positive, readField } from "./metric.ts";

/** A command that is measured. */
export interface CompareCommand {
  /** What reports call it. */
  readonly label: string;
  /** The program, looked up in the path, and its arguments. */
  readonly command: readonly [program: string, ...args: string[]];
  /** Where it runs. @default {the current directory} */
  readonly directory?: string;
}

/** How a run is made. */
export interface RunOptions {
  /** The run is ended after so many milliseconds, and has failed. */
  readonly timeoutMs: number;
  /** Ends the run, which rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** How long a command that is to end may still take, in milliseconds. */
const GRACE_MS = 2000;
/** As much of the output as is kept, in characters: a last line fits. */
const KEPT_CHARACTERS = 64 * 1024;

/**
 * Runs a command, and waits until it has ended with everything it started.
 *
 * @returns One number for each metric.
 * @throws {RunFailedError} when the command cannot be started, ends badly or
 * too late, or does not print a metric.
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
  const begun = performance.now();
  const { output, endedAt } = await outputOf(command, options);
  const seconds: Record<string, number> = {
    wall: (endedAt - begun) / 1000,
    cpu: (cpu?.seconds() ?? 0) - cpuBefore,
  };
  return metrics.map(({ name }) =>
    Object.hasOwn(seconds, name)
      ? positive(name, seconds[name])
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
    // What it left behind would disturb the next run, and keep the pipes open.
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
      // A group of its own, to be ended with all that it starts.
      detached: true,
      ...directory === undefined ? {} : { cwd: directory },
    }).spawn();
  } catch (cause) {
    throw new RunFailedError(
      `Cannot compare ${label}: ${program} cannot be started`,
      { cause },
    );
  }
}

function endGroup(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    if (Deno.build.os === "windows") child.kill(signal);
    else Deno.kill(-child.pid, signal);
  } catch {
    // Nobody is left.
  }
}

/** The last part of a text. */
async function tail(stream: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  for await (const part of stream.pipeThrough(new TextDecoderStream())) {
    text = (text + part).slice(-KEPT_CHARACTERS);
  }
  return text;
}
