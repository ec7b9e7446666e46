/**
 * ttyd as a peer of the terminal comparisons, where it is on the PATH. Its
 * frames have a type in front, which is a character.
 *
 * @module
 */

import { TextLineStream } from "@std/streams";
import { shareCore } from "./cores.ts";
import { announce } from "./peer_process.ts";
import { programOf, TerminalClient, type TerminalPeer } from "./terminals.ts";

/** The type of what was typed, and of output. */
const DATA = "0".charCodeAt(0);

class TtydClient extends TerminalClient {
  protected override opened(): void {
    const hello = { AuthToken: "", columns: 80, rows: 24 };
    this.socket.send(new TextEncoder().encode(JSON.stringify(hello)));
  }

  protected received(frame: Uint8Array): void {
    if (frame[0] === DATA) this.output(frame.subarray(1));
  }

  protected send(bytes: Uint8Array): void {
    const frame = new Uint8Array(1 + bytes.length);
    frame[0] = DATA;
    frame.set(bytes, 1);
    this.socket.send(frame);
  }
}

/** The server of this file, as its users see it. */
export function ttydPeer(port: number): Promise<TerminalPeer> {
  return Promise.resolve({
    async open() {
      const url = `ws://127.0.0.1:${port}/ws`;
      const client = new TtydClient(new WebSocket(url, "tty"));
      await client.ready;
      return client;
    },
  });
}

/** The port in what the server logs when it starts. */
async function portOf(log: ReadableStream<Uint8Array>): Promise<number> {
  const lines = log.pipeThrough(new TextDecoderStream())
    .pipeThrough(new TextLineStream());
  for await (const line of lines.values({ preventCancel: true })) {
    const port = line.match(/Listening on port: (\d+)/)?.[1];
    if (port === undefined) continue;
    // Whatever it says later must not fill the pipe.
    lines.pipeTo(new WritableStream()).catch(() => {});
    return Number(port);
  }
  throw new Error("Cannot start ttyd: it has ended");
}

async function serve(): Promise<never> {
  const server = new Deno.Command("ttyd", {
    args: [
      ...["--interface", "127.0.0.1", "--port", "0", "--writable", "sh"],
      ...programOf(Deno.args[0]),
    ],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const port = await portOf(server.stderr);
  await shareCore(server.pid, "all");
  return await announce(port, () => {
    server.kill();
    return server.status;
  });
}

if (import.meta.main) await serve();
