/**
 * A NATS server for tests: a process on loopback, with a directory of its own,
 * that can be killed and started again on the same port.
 *
 * @module
 */
import { findProgram } from "../../support/programs.ts";

const program = findProgram("nats-server") ?? findIn("/usr/sbin");

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

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
  /** The port on loopback. */
  readonly port: number = freePort();
  /** What it says of itself. */
  version = "";

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

  /** Starts it again after it was killed, with another configuration if given. */
  async start(config: string = this.#options.config ?? ""): Promise<void> {
    const { hasJetStream = false } = this.#options;
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
      stderr: "null",
    }).spawn();
    const ended = this.#process.status.then(() => true);
    while (!await this.#isReady()) {
      const hasEnded = await Promise.race([
        ended,
        new Promise<false>((resolve) => setTimeout(() => resolve(false), 5)),
      ]);
      if (hasEnded) throw new Error(`Cannot start nats-server with ${config}`);
    }
  }

  /** Whether it takes connections; what it says first has its version. */
  async #isReady(): Promise<boolean> {
    try {
      using connection = await Deno.connect({
        hostname: "127.0.0.1",
        port: this.port,
      });
      const buffer = new Uint8Array(4096);
      const length = await connection.read(buffer) ?? 0;
      const text = new TextDecoder().decode(buffer.subarray(0, length));
      this.version = text.match(/"version":"([0-9.]+)/)?.[1] ?? "";
      return text.startsWith("INFO ");
    } catch {
      return false;
    }
  }

  /** Stops it from doing anything, until it is killed. */
  freeze(): void {
    this.#process?.kill("SIGSTOP");
  }

  /** Ends it as a crash does. */
  async kill(): Promise<void> {
    const process = this.#process;
    this.#process = undefined;
    process?.kill("SIGKILL");
    await process?.status;
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
