/**
 * Deno's WebSocket as a peer of the TCP comparisons: `Deno.serve` in a process
 * of its own, and the client. Messages are binary and nobody compresses. Deno's
 * client leaves Nagle's algorithm on and offers no way to turn it off; nothing
 * waits for it here, as an answer acknowledges what was sent.
 *
 * @module
 */

import { setImmediate } from "node:timers/promises";
import { announce } from "./peer_process.ts";
import type { Batch, EchoPeer, SinkPeer } from "./peers.ts";
import { takenOf, Tally } from "./tally.ts";

/** Bytes that are sent before the sender waits until they are written. */
const PIPELINE_BYTES = 512 * 1024;

class WebSocketClient implements AsyncDisposable {
  protected readonly socket: WebSocket;
  #answer: PromiseWithResolvers<Uint8Array> = Promise.withResolvers();

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => this.#answer.resolve(new Uint8Array(data));
    socket.onclose = () => this.#answer.reject(new Error("It was closed"));
  }

  /** The next message. */
  protected async next(): Promise<Uint8Array> {
    const answer = await this.#answer.promise;
    this.#answer = Promise.withResolvers();
    return answer;
  }

  /** Closes, and waits until the server has. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { socket } = this;
    const closed = new Promise((resolve) => socket.onclose = resolve);
    socket.close();
    await closed;
  }
}

/** An echo over a WebSocket. */
export class WebSocketEcho extends WebSocketClient implements EchoPeer {
  /** Connects to this file's server. */
  static async connect(port: number): Promise<WebSocketEcho> {
    return new WebSocketEcho(await dial(port, "echo"));
  }

  roundTrip(payload: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
    this.socket.send(payload);
    return this.next();
  }
}

/** A one-way flow over a WebSocket. */
export class WebSocketSink extends WebSocketClient implements SinkPeer {
  readonly batch: Batch;

  private constructor(socket: WebSocket, batch: Batch) {
    super(socket);
    this.batch = batch;
  }

  /** Connects to this file's server, for batches of that shape. */
  static async connect(port: number, batch: Batch): Promise<WebSocketSink> {
    return new WebSocketSink(await dial(port, `${batch.messages}`), batch);
  }

  send(payload: Uint8Array<ArrayBuffer>): Promise<void> | undefined {
    this.socket.send(payload);
    return this.socket.bufferedAmount < PIPELINE_BYTES
      ? undefined
      : this.#drained();
  }

  async #drained(): Promise<void> {
    // There is no event to wait for.
    while (this.socket.bufferedAmount > 0) await setImmediate();
  }

  async settle(): Promise<number> {
    return takenOf(await this.next());
  }
}

async function dial(port: number, path: string): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/${path}`);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = () => reject(new Error("Cannot connect a WebSocket"));
  });
  return socket;
}

/** Sends every message back; or takes batches, if the path is their size. */
function serve(request: Request): Response {
  const { socket, response } = Deno.upgradeWebSocket(request);
  socket.binaryType = "arraybuffer";
  const messages = Number(new URL(request.url).pathname.slice(1));
  const tally = new Tally(messages);
  socket.onmessage = ({ data }) => {
    if (Number.isNaN(messages)) return socket.send(data);
    const answer = tally.take(new Uint8Array(data));
    if (answer !== undefined) socket.send(answer);
  };
  return response;
}

if (import.meta.main) {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    serve,
  );
  await announce(server.addr.port);
}
