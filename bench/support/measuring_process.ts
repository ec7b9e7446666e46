/**
 * Contestants in processes of their own: where the figure is the CPU time of a
 * process, one contestant must not run in what the other has warmed up. In one
 * process with a load generator, a loop written by hand took 16 µs for what
 * alone took it 9.
 *
 * As a {@linkcode PeerProcess}, one ends when its standard input does.
 *
 * @module
 */

import { TextLineStream } from "@std/streams/text-line-stream";
import process from "node:process";

/** A process that measures when it is asked to. */
export class MeasuringProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #lines: ReadableStreamDefaultReader<string>;

  /** Starts a script that calls {@linkcode measureWhenAsked}. */
  constructor(script: URL, args: readonly string[]) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--allow-all", script.href, ...args],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#lines = this.#child.stdout
      .pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream())
      .getReader();
  }

  /** Its process id. */
  get pid(): number {
    return this.#child.pid;
  }

  /** What it says before it measures. */
  async announced(): Promise<number> {
    return await this.#number();
  }

  /** Has it measure once; the number, from 0 to 255, says what. */
  async measure(what = 0): Promise<number> {
    await this.#input.write(Uint8Array.of(what));
    return await this.#number();
  }

  async #number(): Promise<number> {
    const { value } = await this.#lines.read();
    if (value !== undefined) return Number(value);
    throw new Error("Cannot measure: the process has ended");
  }

  /** Ends the process, and waits until it has. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#input.close().catch(() => {});
    await this.#lines.cancel();
    await this.#child.status;
  }
}

/**
 * The process's half: says a number, such as a port, and measures each time
 * that it is asked to.
 */
export async function measureWhenAsked(
  announced: number,
  measure: (what: number) => Promise<number>,
): Promise<never> {
  console.log(announced);
  const asked = new Uint8Array(1);
  while (await Deno.stdin.read(asked) !== null) {
    console.log(await measure(asked[0] ?? 0));
  }
  Deno.exit(0);
}

/** Microseconds of CPU that this process takes for something. */
export async function cpuMicros<T>(
  work: () => Promise<T>,
): Promise<{ readonly micros: number; readonly result: T }> {
  const before = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  return { micros: user + system, result };
}
