/**
 * The client's hold on the server's process.
 *
 * @module
 */
import { TextLineStream, toText } from "@std/streams";
import { DemoError, reason } from "./errors.ts";

const SCRIPT = new URL("server.ts", import.meta.url);
/** Milliseconds that it may take to end. */
const END_MS = 5000;

/** The server's process, which ends when this is disposed. */
export class ServerProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  /** What it has written to its standard error, once it has ended. */
  readonly #said: Promise<string>;
  readonly #gone = new AbortController();
  #told = false;
  /** Where it listens. */
  port = 0;

  private constructor(script: URL) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--allow-net=127.0.0.1", script.href],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
      // Ctrl-C is for the client alone, which then ends the server.
      detached: true,
    }).spawn();
    this.#said = toText(this.#child.stderr);
    this.#child.status.then(() => this.#gone.abort());
  }

  /** Starts the server and waits until it listens. */
  static async start(script: URL = SCRIPT): Promise<ServerProcess> {
    let server: ServerProcess;
    try {
      server = new ServerProcess(script);
    } catch (error) {
      throw new DemoError(`the server cannot start: ${reason(error)}`, 1);
    }
    const lines = server.#child.stdout
      .pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream());
    for await (const line of lines) {
      server.port = JSON.parse(line).port;
      return server;
    }
    throw await server.failure("before it listened") ??
      new DemoError("the server ended before it listened", 1);
  }

  /** Its process id. */
  get pid(): number {
    return this.#child.pid;
  }

  /** Aborts when it has ended. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** Ends it, and answers an error if it had ended by itself. */
  async failure(when: string): Promise<DemoError | undefined> {
    const { success, code, signal } = await this.#end();
    if (success) return undefined;
    this.#told = true;
    const how = signal === null ? `code ${code}` : `signal ${signal}`;
    const said = `the server ended with ${how} ${when}\n${await this.#said}`;
    return new DemoError(said.trimEnd(), 1);
  }

  async #end(): Promise<Deno.CommandStatus> {
    await this.#child.stdin.close().catch(() => {
      // It has ended, or is told to.
    });
    const kill = setTimeout(() => this.#child.kill("SIGKILL"), END_MS);
    try {
      return await this.#child.status;
    } finally {
      clearTimeout(kill);
    }
  }

  /** Ends it, and shows what it had to say. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end();
    const said = (await this.#said).trimEnd();
    if (said !== "" && !this.#told) console.error(said);
  }
}
