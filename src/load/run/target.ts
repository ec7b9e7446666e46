/**
 * The program that is the service: started for a run, and ended after it.
 *
 * @module
 */
import type { Clock } from "../../actor/mod.ts";
import { realClock } from "../../actor/internal.ts";
import { TargetError } from "../load_errors.ts";
import type { Target } from "../scenario/scenario.ts";

/** How long it has from SIGTERM to SIGKILL. */
const STOP_MS = 5000;
/** How long after its end its output is read: what it started may hold it. */
const LAST_WORDS_MS = 500;
/** Characters of its output that are looked at, and told if it dies. */
const KEPT_OUTPUT = 16_384;
const TOLD_LINES = 20;

/** How a target is started. */
export interface StartTargetOptions {
  /** Gives the start up, and ends the program. */
  readonly signal?: AbortSignal;
  /** @default {realClock} */
  readonly clock?: Clock;
}

/** A program that runs, and is ready. */
export interface RunningTarget extends AsyncDisposable {
  readonly pid: number;
  /** What the named groups of `readyPattern` have matched. */
  readonly told: { readonly [name: string]: string };
  /** Resolves when it has ended by itself, with what it said last. */
  readonly died: Promise<TargetError>;
}

/**
 * Starts a program, and waits until it says that it is ready. Disposing ends
 * it: by SIGTERM, and by SIGKILL if that takes more than five seconds.
 *
 * @throws {TargetError} when it cannot be started, ends before it is ready or
 * is not ready in time; with the end of its output.
 */
export async function startTarget(
  target: Target,
  options: StartTargetOptions = {},
): Promise<RunningTarget> {
  const { signal, clock = realClock } = options;
  signal?.throwIfAborted();
  const pattern = new RegExp(target.readyPattern);
  const program = new Program(target, clock);
  const { readyTimeoutMs = 30_000 } = target;
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = clock.schedule(
    readyTimeoutMs,
    () => reject(program.error(`it is not ready after ${readyTimeoutMs} ms`)),
  );
  const onAbort = () => reject(signal?.reason);
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    const match = await Promise.race([
      program.match(pattern),
      program.died.then((error) => Promise.reject(error)),
      late,
    ]);
    return program.ready(match.groups ?? {});
  } catch (error) {
    await program.end();
    throw error;
  } finally {
    timer.cancel();
    signal?.removeEventListener("abort", onAbort);
  }
}

class Program {
  readonly #name: string;
  readonly #clock: Clock;
  readonly #child: Deno.ChildProcess;
  readonly #read: Promise<unknown>;
  readonly #deaf = new AbortController();
  /** The end of its standard output, and of all that it says. */
  #output = "";
  #said = "";
  #onOutput: (() => void) | undefined;
  #ending: Promise<void> | undefined;
  readonly died: Promise<TargetError>;

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
        `Cannot start the target ${this.#name}: ${cause}`,
        { cause },
      );
    }
    const { stdout, stderr, status } = this.#child;
    // Whoever ends this process at once leaves no target behind.
    const kill = () => this.#kill("SIGKILL");
    globalThis.addEventListener("unload", kill);
    status.then(() => globalThis.removeEventListener("unload", kill));
    this.#read = Promise.allSettled([
      this.#follow(stdout, (text) => {
        this.#output = (this.#output + text).slice(-KEPT_OUTPUT);
        this.#onOutput?.();
      }),
      this.#follow(stderr, () => {}),
    ]);
    this.died = status.then(async ({ code, signal }) => {
      const timer = clock.schedule(LAST_WORDS_MS, () => this.#deaf.abort());
      await this.#read;
      timer.cancel();
      return this.error(
        `it has ended with ${signal === null ? `code ${code}` : signal}`,
      );
    });
  }

  async #follow(
    bytes: ReadableStream<Uint8Array<ArrayBuffer>>,
    take: (text: string) => void,
  ): Promise<void> {
    const { signal } = this.#deaf;
    const texts = bytes.pipeThrough(new TextDecoderStream(), { signal });
    for await (const text of texts) {
      this.#said = (this.#said + text).slice(-KEPT_OUTPUT);
      take(text);
    }
  }

  /** Waits until its standard output matches; whole lines alone are looked at. */
  match(pattern: RegExp): Promise<RegExpMatchArray> {
    return new Promise((resolve) => {
      this.#onOutput = () => {
        const lines = this.#output.slice(0, this.#output.lastIndexOf("\n") + 1);
        const match = lines.match(pattern);
        if (match === null) return;
        this.#onOutput = undefined;
        resolve(match);
      };
    });
  }

  /** What went wrong, with what it said last. */
  error(what: string): TargetError {
    const lines = this.#said.trimEnd().split("\n").slice(-TOLD_LINES);
    const said = lines.join("\n");
    return new TargetError(
      `The target ${this.#name} failed: ${what}; ${
        said === "" ? "it has said nothing" : `it said last:\n${said}`
      }`,
    );
  }

  ready(told: { readonly [name: string]: string }): RunningTarget {
    return {
      pid: this.#child.pid,
      told: { ...told },
      died: this.died,
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
      // It has ended already.
    }
  }
}
