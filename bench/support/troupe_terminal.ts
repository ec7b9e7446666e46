/**
 * Troupe's contestant in the terminal comparisons: its server with all access
 * checks, in a process of its own, and a client that logs in with a ticket and
 * acknowledges its output, as the page does.
 *
 * @module
 */

import { ActorSystem } from "../../src/actor/mod.ts";
import { attachPath } from "../../src/terminal/attach/attach_request.ts";
import { encodeClientFrame } from "../../src/terminal/attach/client_frame.ts";
import { SUBPROTOCOL } from "../../src/terminal/attach/protocol.ts";
import { decodeServerFrame } from "../../src/terminal/attach/server_frame.ts";
import { serveTerminal } from "../../src/terminal/terminal_server.ts";
import { announce } from "./peer_process.ts";
import { programOf, TerminalClient, type TerminalPeer } from "./terminals.ts";

/** Bytes of output that the client acknowledges: a quarter of the window. */
const ACK_BYTES = 32_768;
/** More than the sessions and handshakes of any comparison. */
const PLENTY = 1_000_000;

/** The limits of a server of the comparisons. */
export const limits: {
  readonly maxSessions: number;
  readonly maxAttachments: number;
  readonly handshakesPerMinute: number;
} = {
  maxSessions: PLENTY,
  maxAttachments: PLENTY,
  handshakesPerMinute: PLENTY,
};

class TroupeTerminalClient extends TerminalClient {
  #sequence = 0;
  #acknowledged = 0;

  protected received(frame: Uint8Array): void {
    const decoded = decodeServerFrame(frame);
    if (decoded.type === "error") return this.failed(decoded.text);
    if (decoded.type !== "output") return;
    const offset = decoded.offset + decoded.bytes.length;
    if (offset - this.#acknowledged >= ACK_BYTES) {
      this.#acknowledged = offset;
      this.socket.send(encodeClientFrame({ type: "ack", offset }));
    }
    this.output(decoded.bytes);
  }

  protected send(bytes: Uint8Array): void {
    const sequence = ++this.#sequence;
    this.socket.send(encodeClientFrame({ type: "input", sequence, bytes }));
  }
}

/** The server of this file, for a client that has logged in. */
export async function troupePeer(port: number): Promise<TerminalPeer> {
  const host = `127.0.0.1:${port}`;
  const origin = `http://${host}`;
  const ask = async (path: string, body: unknown, cookie = "") => {
    const headers = { origin, cookie, "content-type": "application/json" };
    const response = await fetch(`${origin}/${path}`, {
      method: "POST",
      headers,
      body: JSON.stringify(body),
    });
    if (response.ok) return response;
    throw new Error(
      `Cannot measure: ${path} returned ${await response.text()}`,
    );
  };
  const ticket = await (await fetch(`${origin}/bench/ticket`)).text();
  const entered = await ask("login", { ticket });
  await entered.body?.cancel();
  const [cookie] = entered.headers.get("set-cookie")?.split(";") ?? [];
  return {
    async open() {
      const started = await ask("sessions", {}, cookie);
      const { id } = await started.json();
      const path = attachPath({ sessionId: id, clientId: "bench" });
      const socket = new WebSocket(`ws://${host}/${path}`, {
        protocols: [SUBPROTOCOL],
        headers: { origin, cookie: cookie ?? "" },
      });
      const client = new TroupeTerminalClient(socket);
      await client.ready;
      return client;
    },
  };
}

/** A terminal server that runs, on a port that the system has chosen. */
interface Served extends AsyncDisposable {
  readonly port: number;
}

/** Serves terminals that run a program of the comparisons. */
export function serveProgram(
  system: ActorSystem,
  program: string | undefined,
): Served {
  const args = programOf(program);
  const shells = serveTerminal(system, {
    commands: [{ name: "bench", command: "sh", args }],
    ...limits,
  });
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request, info) =>
      new URL(request.url).pathname === "/bench/ticket"
        ? new Response(shells.ticket({ role: "control", session: "all" }))
        : shells.fetch(request, info),
  );
  return {
    port: server.addr.port,
    async [Symbol.asyncDispose]() {
      await shells.close();
      await server.shutdown();
    },
  };
}

if (import.meta.main) {
  const served = serveProgram(new ActorSystem(), Deno.args[0]);
  await announce(served.port, async () => await served[Symbol.asyncDispose]());
}
