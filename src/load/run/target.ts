/**
 * The program under test: started for a run, and ended after it.
 *
 * @module
 */
import { type Clock, realClock } from "../../actor/mod.ts";
import { reasonOf } from "../../checks/internal.ts";
import { TargetError } from "../load_errors.ts";
import type { Target } from "../scenario/scenario.ts";
import {
  type EndSignal,
  GroupGuard,
  signalGroup,
  spawnGroup,
} from "./process_group.ts";
import { type OutputName, TargetOutput } from "./target_output.ts";
import { withTimeout } from "./with_timeout.ts";

/** Milliseconds between SIGTERM and SIGKILL. */
const STOP_MS = 5000;
/**
 * Milliseconds that output is read after the program has exited: a process that
 * it has started may hold the pipes open.
 */
const DRAIN_OUTPUT_MS = 500;

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
 * Starts a program, and waits until a line of its output says that it is ready.
 * Disposing ends it and all that it has started: by SIGTERM, and by SIGKILL if
 * that takes more than five seconds.
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
    program.error(
      `it was not ready after ${timeoutMs} ms`,
      `no line of its output matches ${pattern}`,
    );
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
  readonly #guard: GroupGuard;
  readonly #output = new TargetOutput();
  readonly #read: Promise<unknown>;
  /** Ends the reading of the output. */
  readonly #readersAbort = new AbortController();
  #ending: Promise<void> | undefined;
  readonly exited: Promise<TargetError>;

  constructor({ command, args = [] }: Target, clock: Clock) {
    this.#name = [command, ...args].join(" ");
    this.#clock = clock;
    try {
      this.#child = spawnGroup(
        command === "deno" ? Deno.execPath() : command,
        args,
      );
    } catch (cause) {
      throw new TargetError(
        `Cannot start the target ${this.#name}: ${
          cause instanceof Deno.errors.NotFound
            ? `there is no program ${command}, in PATH or as a path`
            : reasonOf(cause)
        }`,
        { cause },
      );
    }
    this.#guard = new GroupGuard(this.#child);
    const { stdout, stderr, status } = this.#child;
    this.#read = Promise.allSettled([
      this.#follow("stdout", stdout),
      this.#follow("stderr", stderr),
    ]);
    this.exited = status.then(async ({ code, signal }) => {
      await this.#outputEnds(DRAIN_OUTPUT_MS);
      return this.error(
        signal === null
          ? `it exited with code ${code}`
          : `it was ended by ${signal}`,
      );
    });
  }

  async #follow(
    name: OutputName,
    bytes: ReadableStream<Uint8Array<ArrayBuffer>>,
  ): Promise<void> {
    const { signal } = this.#readersAbort;
    const texts = bytes.pipeThrough(new TextDecoderStream(), { signal });
    for await (const text of texts) this.#output.push(name, text);
  }

  /** Waits until nobody holds the output any more, but not for longer. */
  async #outputEnds(limitMs: number): Promise<void> {
    const { promise: limit, resolve } = Promise.withResolvers<void>();
    const timer = this.#clock.schedule(limitMs, resolve);
    await Promise.race([this.#read, limit]);
    timer.cancel();
  }

  /** Waits until a line of the output matches. */
  match(pattern: RegExp): Promise<RegExpMatchArray> {
    return this.#output.match(pattern);
  }

  /** Makes an error of what went wrong, with the end of the output. */
  error(what: string, about = "its last output was"): TargetError {
    const shown = this.#output.end();
    return new TargetError(
      `The target ${this.#name} failed: ${what}; ${
        shown === "" ? "it printed nothing" : `${about}:\n${shown}`
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
    const signal = (name: EndSignal) => signalGroup(this.#child, name);
    signal("SIGTERM");
    const timer = this.#clock.schedule(STOP_MS, () => signal("SIGKILL"));
    await this.#child.status;
    // What it has started gets as much time, as long as it holds the output.
    await this.#outputEnds(STOP_MS);
    timer.cancel();
    signal("SIGKILL");
    await this.#outputEnds(DRAIN_OUTPUT_MS);
    this.#readersAbort.abort();
    await this.#read;
    await this.#guard[Symbol.asyncDispose]();
  }
}
