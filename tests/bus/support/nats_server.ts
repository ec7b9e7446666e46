/**
 * A NATS server for tests: a process on loopback, with a directory of its own,
 * that can be killed and started again on the same port.
 *
 * @module
 */
import { TextLineStream } from "@std/streams";
import { findProgram } from "../../support/programs.ts";

const program = findProgram("nats-server") ?? findIn("/usr/sbin");

function findIn(directory: string): string | undefined {
  try {
    const path = `${directory}/nats-server`;
    return Deno.statSync(path).isFile ? path : undefined;
  } catch {
    return undefined;
  }
}

/** Why tests with a server are skipped, if they are. */
export const natsServerMissing: string | undefined = program === undefined
  ? "there is no nats-server on the PATH"
  : undefined;

if (natsServerMissing !== undefined) {
  console.error(`Tests on NATS are skipped: ${natsServerMissing}`);
}

/** Options of a server. */
export interface NatsServerOptions {
  /** Whether it has JetStream. */
  readonly hasJetStream?: boolean;
  /** More of its configuration, as its file has it. */
  readonly config?: string;
}

/** A server that runs. */
export class NatsServer implements AsyncDisposable {
  readonly #directory: string;
  readonly #options: NatsServerOptions;
  #process: Deno.ChildProcess | undefined;
  #log: Promise<void> = Promise.resolve();
  /** The port on loopback. */
  port = -1;

  private constructor(directory: string, options: NatsServerOptions) {
    this.#directory = directory;
    this.#options = options;
  }

  /** Starts a server on any free port. */
  static async start(options: NatsServerOptions = {}): Promise<NatsServer> {
    const directory = await Deno.makeTempDir({ prefix: "troupe-nats-" });
    const server = new NatsServer(directory, options);
    await server.start();
    return server;
  }

  /** The address for a client. */
  get address(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  /** Starts it again after it was killed. */
  async start(): Promise<void> {
    const { hasJetStream = false, config = "" } = this.#options;
    const file = `${this.#directory}/server.conf`;
    await Deno.writeTextFile(
      file,
      [
        `listen: "127.0.0.1:${this.port}"`,
        hasJetStream ? `jetstream { store_dir: "${this.#directory}/js" }` : "",
        config,
      ].join("\n"),
    );
    this.#process = new Deno.Command(program ?? "nats-server", {
      args: ["--config", file],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const lines = this.#process.stderr.pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream());
    const seen: string[] = [];
    for await (const line of lines.values({ preventCancel: true })) {
      seen.push(line);
      const port = line.match(/client connections on .*:(\d+)$/)?.[1];
      if (port !== undefined) this.port = Number(port);
      if (!line.endsWith("Server is ready")) continue;
      // Whatever it says later must not fill the pipe.
      this.#log = lines.pipeTo(new WritableStream()).catch(() => {});
      return;
    }
    throw new Error(`Cannot start nats-server: ${seen.join("\n")}`);
  }

  /** Ends it as a crash does. */
  async kill(): Promise<void> {
    const process = this.#process;
    this.#process = undefined;
    process?.kill("SIGKILL");
    await process?.status;
    await this.#log;
  }

  /** Ends it, and removes its files. */
  async stop(): Promise<void> {
    await this.kill();
    await Deno.remove(this.#directory, { recursive: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}
