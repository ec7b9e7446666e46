/**
 * Azurite, the emulator of Azure Blob Storage, in a process of its own: it
 * keeps timers, and listens for signals.
 *
 * @module
 */
import {
  ContainerClient,
  StorageSharedKeyCredential,
} from "@azure/storage-blob";
import { TextLineStream } from "@std/streams/text-line-stream";

const ROOT = new URL("../../", import.meta.url);

/** The account that every Azurite has. */
export const ACCOUNT = {
  account: "devstoreaccount1",
  accountKey:
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
};

/** One Azurite, which keeps all in memory. */
export class Azurite implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #lines: ReadableStream<string>;
  readonly port: number;

  private constructor(
    child: Deno.ChildProcess,
    lines: ReadableStream<string>,
    port: number,
  ) {
    this.#child = child;
    this.#lines = lines;
    this.port = port;
  }

  static async start(): Promise<Azurite> {
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        "--allow-all",
        "npm:azurite@^3.37.0/azurite-blob",
        "--blobPort=0",
        "--inMemoryPersistence",
        "--silent",
        // It knows versions up to that of an older client.
        "--skipApiVersionCheck",
        "--disableTelemetry",
      ],
      cwd: ROOT,
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const lines = child.stdout.pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream());
    for await (const line of lines.values({ preventCancel: true })) {
      const port = line.match(/listens on http:\/\/127\.0\.0\.1:(\d+)/)?.[1];
      if (port !== undefined) return new Azurite(child, lines, Number(port));
    }
    throw new Error("Cannot start Azurite: it has ended");
  }

  /** Makes a container, and returns its name. */
  async container(): Promise<string> {
    const name = `objects-${crypto.randomUUID()}`;
    const { account, accountKey } = ACCOUNT;
    await new ContainerClient(
      `http://127.0.0.1:${this.port}/${account}/${name}`,
      new StorageSharedKeyCredential(account, accountKey),
    ).create();
    return name;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.status;
    await this.#lines.cancel();
  }
}

let running: Azurite | undefined;

Deno.test.beforeAll(async () => {
  running = await Azurite.start();
});

Deno.test.afterAll(async () => {
  await running?.[Symbol.asyncDispose]();
});

/** The Azurite that runs as long as the tests of this file. */
export function azurite(): Azurite {
  if (running === undefined) throw new Error("Azurite was not started");
  return running;
}
