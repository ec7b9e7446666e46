/**
 * The least that is a web terminal: Deno's WebSocket on a bare node-pty, in a
 * process of its own, and its client. Frames are the bytes themselves. It has
 * no credit, no way back after a cut, and no bound on what waits.
 *
 * @module
 */

import { spawn } from "@lydell/node-pty";
import { Buffer } from "node:buffer";
import { announce } from "./peer_process.ts";
import { programOf, TerminalClient, type TerminalPeer } from "./terminals.ts";

class BareClient extends TerminalClient {
  protected received(frame: Uint8Array): void {
    this.output(frame);
  }

  protected send(bytes: Uint8Array<ArrayBuffer>): void {
    this.socket.send(bytes);
  }
}

/** The server of this file, as its users see it. */
export function barePeer(port: number): Promise<TerminalPeer> {
  return Promise.resolve({
    async open() {
      const client = new BareClient(new WebSocket(`ws://127.0.0.1:${port}/`));
      await client.ready;
      return client;
    },
  });
}

/** What is used of a PTY, with types that know bytes. */
interface BytePty {
  onData(
    listener: (data: string | Uint8Array<ArrayBuffer>) => void,
  ): unknown;
  write(data: string | Uint8Array): void;
  kill(): void;
}

function serve(request: Request, args: string[]): Response {
  const { socket, response } = Deno.upgradeWebSocket(request);
  socket.binaryType = "arraybuffer";
  socket.onopen = () => {
    const pty: BytePty = spawn("sh", args, { encoding: null });
    pty.onData((data) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(data);
    });
    socket.onmessage = ({ data }) => pty.write(Buffer.from(data));
    socket.onclose = () => pty.kill();
  };
  return response;
}

if (import.meta.main) {
  const args = programOf(Deno.args[0]);
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => serve(request, args),
  );
  await announce(server.addr.port);
}
