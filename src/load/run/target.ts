/**
 * The program under test: started for a run, and ended after it.
 *
 * @module
 */
import { type Clock, realClock } from "../../actor/mod.ts";
import { reasonOf } from "../../checks/internal.ts";
import { TargetError } from "../load_errors.ts";
import type { Target } from "../scenario/scenario.ts";
import { withTimeout } from "./with_timeout.ts";

/** Milliseconds between SIGTERM and SIGKILL. */
const STOP_MS = 5000;
/**
 * Milliseconds that output is read after the program has exited: a child of it
 * may hold the pipes open.
 */
const DRAIN_OUTPUT_MS = 500;
/**
 * Characters of output that are searched for the pattern, and kept for errors.
 */
const KEPT_OUTPUT = 16_384;
/** Lines of output that an error shows. */
const SHOWN_LINES = 20;

/** Options of {@linkcode startTarget}. */
export interface StartTargetOptions {
  /** Gives up the start, and ends the program. */
  readonly signal?: AbortSignal;
  /**
   * The source of time.
   * @default {realClock}
   */
  readonly clock?: Clock;
}

/** A program that is running and ready. */
export interface RunningTarget extends AsyncDisposable {
  readonly pid: number;
  /** What the named groups of `readyPattern` matched. */
  readonly outputs: { readonly [name: string]: string };
  /** Resolves when the program has exited, with the end of its output. */
  readonly exited: Promise<TargetError>;
}

/**
 * Starts a program, and waits until its output says that it is ready. Disposing
 * ends it: by SIGTERM, and by SIGKILL if that takes more than five seconds.
 *
 * @throws {TargetError} if the program cannot be started, exits before it is
 * ready, or is not ready in time; with the end of its output.
 */
export async function startTarget(
  target: Target,
  options: StartTargetOptions = {},
): Promise<RunningTarget> {
  const { signal, clock = realClock } = options;
  signal?.throwIfAborted();
  const pattern = new RegExp(target.readyPattern);
  const program = new Program(target, clock);
  const { readyTimeoutMs: timeoutMs = 30_000 } = target;
  const timeoutError = () =>
    program.error(`it was not ready after ${timeoutMs} ms`);
  try {
    const match = await withTimeout(
      { clock, timeoutMs, timeoutError, signal },
      () =>
        Promise.race([
          program.match(pattern),
          program.exited.then((error) => Promise.reject(error)),
        ]),
    );
    return program.ready(match.groups ?? {});
  } catch (error) {
    await program.end();
    throw error;
  }
}

class Program {
  readonly #name: string;
  readonly #clock: Clock;
  readonly #child: Deno.ChildProcess;
  readonly #read: Promise<unknown>;
  /** Ends the reading of the output. */
  readonly #readersAbort = new AbortController();
  /** The end of standard output. */
  #stdout = "";
  /** The end of all output. */
  #output = "";
  #onOutput: (() => void) | undefined;
  #ending: Promise<void> | undefined;
  readonly exited: Promise<TargetError>;

  constructor({ command, args = [] }: Target, clock: Clock) {
    this.#name = [command, ...args].join(" ");
    this.#clock = clock;
    try {
      this.#child = new Deno.Command(
        command === "deno" ? Deno.execPath() : command,
        { args: [...args], stdin: "null", stdout: "piped", stderr: "piped" },
      ).spawn();
    } catch (cause) {
      throw new TargetError(
        `Cannot start the target ${this.#name}: ${reasonOf(cause)}`,
        { cause },
      );
    }
    const { stdout, stderr, status } = this.#child;
    // A process that exits at once leaves no target behind.
    const kill = () => this.#kill("SIGKILL");
    globalThis.addEventListener("unload", kill);
    status.then(() => globalThis.removeEventListener("unload", kill));
    this.#read = Promise.allSettled([
      this.#follow(stdout, (text) => {
        this.#stdout = (this.#stdout + text).slice(-KEPT_OUTPUT);
        this.#onOutput?.();
      }),
      this.#follow(stderr, () => {}),
    ]);
    this.exited = status.then(async ({ code, signal }) => {
      const timer = clock.schedule(
        DRAIN_OUTPUT_MS,
        () => this.#readersAbort.abort(),
      );
      await this.#read;
      timer.cancel();
      return this.error(
        signal === null
          ? `it exited with code ${code}`
          : `it was ended by ${signal}`,
      );
    });
  }

  async #follow(
    bytes: ReadableStream<Uint8Array<ArrayBuffer>>,
    onText: (text: string) => void,
  ): Promise<void> {
    const { signal } = this.#readersAbort;
    const texts = bytes.pipeThrough(new TextDecoderStream(), { signal });
    for await (const text of texts) {
      this.#output = (this.#output + text).slice(-KEPT_OUTPUT);
      onText(text);
    }
  }

  /** Waits until whole lines of standard output match. */
  match(pattern: RegExp): Promise<RegExpMatchArray> {
    return new Promise((resolve) => {
      this.#onOutput = () => {
        const lines = this.#stdout.slice(0, this.#stdout.lastIndexOf("\n") + 1);
        const match = lines.match(pattern);
        if (match === null) return;
        this.#onOutput = undefined;
        resolve(match);
      };
    });
  }

  /** Makes an error of what went wrong, with the end of the output. */
  error(what: string): TargetError {
    const lines = this.#output.trimEnd().split("\n").slice(-SHOWN_LINES);
    const shown = lines.join("\n");
    return new TargetError(
      `The target ${this.#name} failed: ${what}; ${
        shown === "" ? "it printed nothing" : `its last output was:\n${shown}`
      }`,
    );
  }

  ready(outputs: { readonly [name: string]: string }): RunningTarget {
    return {
      pid: this.#child.pid,
      outputs: { ...outputs },
      exited: this.exited,
      [Symbol.asyncDispose]: () => this.end(),
    };
  }

  end(): Promise<void> {
    return this.#ending ??= this.#end();
  }

  async #end(): Promise<void> {
    this.#kill("SIGTERM");
    const timer = this.#clock.schedule(STOP_MS, () => this.#kill("SIGKILL"));
    await this.#child.status;
    timer.cancel();
    await this.#read;
  }

  #kill(signal: "SIGTERM" | "SIGKILL"): void {
    try {
      this.#child.kill(signal);
    } catch {
      // The program has exited already.
    }
  }
}
