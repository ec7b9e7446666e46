/**
 * The command line of load tests, in a process of its own.
 *
 * @module
 */
import { TextLineStream } from "@std/streams";
import type { Scenario } from "../../../src/load/scenario/scenario.ts";

const MAIN = new URL("main_on_any_machine.ts", import.meta.url).href;
const TARGET = new URL("target.ts", import.meta.url).href;

/** A scenario of about a second; the target fails after so many requests. */
export function shortScenario(failsAfter: number = Infinity): Scenario {
  return {
    name: "short & quick",
    target: {
      command: "deno",
      args: ["run", "--allow-net=127.0.0.1", TARGET, String(failsAfter)],
      readyPattern: "listening on (?<port>\\d+)",
    },
    load: {
      model: "closed",
      users: 2,
      thinkTime: { distribution: "constant", ms: 10 },
    },
    phases: { rampUpMs: 100, steadyMs: 1000, rampDownMs: 100 },
    operations: [{
      name: "get",
      driver: "http",
      request: { url: "http://127.0.0.1:${target.port}/" },
    }],
    criteria: [{ metric: "throughput", is: "above", value: 0 }],
  };
}

/** What a command has come to. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that runs, in an empty directory that goes with it. */
export class Command implements AsyncDisposable {
  readonly directory: string = Deno.makeTempDirSync({ prefix: "load-cli-" });
  /** Variables of its environment. */
  readonly env: Record<string, string> = { NO_COLOR: "1" };
  #child: Deno.ChildProcess | undefined;
  #stderr = "";
  #lines: ReadableStreamDefaultReader<string> | undefined;

  /** Writes a file into the directory. */
  write(name: string, content: Scenario | string): string {
    const path = `${this.directory}/${name}`;
    const text = typeof content === "string"
      ? content
      : JSON.stringify(content);
    Deno.writeTextFileSync(path, text);
    return path;
  }

  /** Starts it. */
  start(...args: string[]): void {
    this.startWith([], ...args);
  }

  /** Has another program start it, by the arguments that it is given. */
  startWith(starter: readonly string[], ...args: string[]): void {
    const [program = "", ...rest] = [
      ...starter,
      ...[Deno.execPath(), "run", "--quiet", "--allow-all", MAIN],
      ...args,
    ];
    this.#child = new Deno.Command(program, {
      args: rest,
      cwd: this.directory,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      env: this.env,
    }).spawn();
    this.#lines = this.#child.stderr.pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream()).getReader();
  }

  /** Waits until there is a file in its directory, or in one below. */
  async created(path: string): Promise<void> {
    const whole = `${this.directory}/${path}`;
    for (const part of [path.split("/")[0], path]) {
      const entry = `${this.directory}/${part}`;
      const parent = entry.slice(0, entry.lastIndexOf("/"));
      using watcher = Deno.watchFs(parent, { recursive: false });
      const exists = () => Deno.stat(entry).then(() => true, () => false);
      if (await exists()) continue;
      for await (const _event of watcher) if (await exists()) break;
    }
    await Deno.stat(whole);
  }

  /** Waits for a line of its standard error that matches. */
  async line(pattern: RegExp): Promise<RegExpMatchArray> {
    while (true) {
      const line = await this.#line();
      if (line === undefined) {
        throw new Error(`It has never said ${pattern}:\n${this.#stderr}`);
      }
      const match = line.match(pattern);
      if (match !== null) return match;
    }
  }

  async #line(): Promise<string | undefined> {
    const { value } = await this.#lines?.read() ?? {};
    if (value !== undefined) this.#stderr += `${value}\n`;
    return value;
  }

  /** Sends it a signal. */
  signal(signal: Deno.Signal): void {
    this.#child?.kill(signal);
  }

  /** Waits for its end. */
  async ended(): Promise<Ended> {
    const child = this.#child;
    if (child === undefined) throw new TypeError("It has not been started");
    const stdout = new Response(child.stdout).text();
    while (await this.#line() !== undefined);
    const { code } = await child.status;
    return { code, stdout: await stdout, stderr: this.#stderr };
  }

  /** Starts it, and waits for its end. */
  async run(...args: string[]): Promise<Ended> {
    this.start(...args);
    return await this.ended();
  }

  #kill(signal: Deno.Signal): void {
    try {
      this.#child?.kill(signal);
    } catch {
      // It has ended.
    }
  }

  /** Reads a file of the directory. */
  read(path: string): string {
    return Deno.readTextFileSync(`${this.directory}/${path}`);
  }

  /** Names in the directory, or in one below. */
  list(path = "."): string[] {
    return [...Deno.readDirSync(`${this.directory}/${path}`)]
      .map(({ name }) => name).sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // In order, for it has a target to end; killed, if it does not.
    const timer = setTimeout(() => this.#kill("SIGKILL"), 5000);
    this.#kill("SIGINT");
    await this.#child?.status;
    clearTimeout(timer);
    await this.#lines?.cancel();
    if (this.#child?.stdout.locked === false) await this.#child.stdout.cancel();
    await Deno.remove(this.directory, { recursive: true });
  }
}
