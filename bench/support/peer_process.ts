/**
 * Servers in processes of their own, which cannot outlive the one that started
 * them: a peer ends when its standard input does, and the kernel closes that
 * however the parent ends.
 *
 * @module
 */

import { type Cores, leaveCore, shareCore, splitCores } from "./cores.ts";

/** How long a peer may take to end once its input is closed, milliseconds. */
const END_TIMEOUT_MS = 5_000;

/** A server that runs in a process of its own and said which port it has. */
export class PeerProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;

  /** The port that the peer listens on. */
  readonly port: number;
  /** Its process id. */
  readonly pid: number;

  private constructor(child: Deno.ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
    this.pid = child.pid;
  }

  /**
   * Starts a script that calls {@linkcode announce}, waits for its port, and
   * puts the peer and this process on one core ({@linkcode shareCore}), on one
   * each ({@linkcode splitCores}), or leaves them alone.
   *
   * @throws {Error} If it ends or says something else first.
   */
  static async start(
    script: URL,
    args: readonly string[] = [],
    cores: Cores = "one core",
  ): Promise<PeerProcess> {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--allow-all", script.href, ...args],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    try {
      const port = portOf(await firstLine(child.stdout));
      if (cores === "one core") await shareCore(child.pid);
      if (cores === "two cores") await splitCores(child.pid);
      return new PeerProcess(child, port);
    } catch (cause) {
      await end(child);
      throw new Error(`Cannot start ${script.href}: it is not ready`, {
        cause,
      });
    }
  }

  /** Ends the process, waits until it has, and leaves its core. */
  async [Symbol.asyncDispose](): Promise<void> {
    await end(this.#child);
    await leaveCore();
  }
}

/**
 * The peer's half: says the port, and ends the process when standard input
 * ends.
 *
 * @param end What to do first, such as to end a process of its own.
 */
export async function announce(
  port: number,
  end?: () => Promise<unknown>,
): Promise<never> {
  // Ctrl-C goes to all processes of a terminal; this one ends when told to.
  Deno.addSignalListener("SIGINT", () => {});
  console.log(JSON.stringify({ port }));
  const buffer = new Uint8Array(1);
  while (await Deno.stdin.read(buffer) !== null);
  await end?.();
  Deno.exit(0);
}

async function end(child: Deno.ChildProcess): Promise<void> {
  // A peer that died has closed its input already, and that is no failure here.
  await child.stdin.close().catch(() => {});
  const timer = setTimeout(() => child.kill("SIGKILL"), END_TIMEOUT_MS);
  await child.status;
  clearTimeout(timer);
}

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  const decoded = stream.pipeThrough(new TextDecoderStream());
  for await (const part of decoded) {
    text += part;
    if (text.includes("\n")) break;
  }
  return text;
}

function portOf(line: string): number {
  const said: unknown = JSON.parse(line);
  if (typeof said === "object" && said !== null && "port" in said) {
    if (typeof said.port === "number") return said.port;
  }
  throw new TypeError(`Cannot read a port: the peer said ${line}`);
}
