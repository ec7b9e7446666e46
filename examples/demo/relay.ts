/**
 * A relay between the demo's two processes: a real socket on either side, to
 * be cut when somebody says so.
 *
 * @module
 */

/** The most bytes of a read. */
const CHUNK_BYTES = 65_536;

/** Forwards each socket that it accepts to a port of this machine. */
export class Relay implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #target: number;
  readonly #sockets = new Set<Deno.TcpConn>();
  readonly #accepting: Promise<void>;

  /** Forwards to port `target`. */
  constructor(target: number) {
    this.#target = target;
    this.#accepting = this.#accept();
  }

  /** Where to connect instead. */
  get port(): number {
    return this.#listener.addr.port;
  }

  /** Destroys all sockets, in the middle of what they carry. */
  cut(): void {
    for (const socket of this.#sockets) this.#close(socket);
  }

  async #accept(): Promise<void> {
    for await (const dialler of this.#listener) this.#forward(dialler);
  }

  async #forward(dialler: Deno.TcpConn): Promise<void> {
    this.#sockets.add(dialler);
    let target: Deno.TcpConn | undefined;
    try {
      target = await Deno.connect({
        hostname: "127.0.0.1",
        port: this.#target,
      });
      this.#sockets.add(target);
      // It may have been cut meanwhile: then the first read tells.
      await Promise.all([copy(dialler, target), copy(target, dialler)]);
    } catch {
      // It was cut, or one of the ends is gone: so is the other.
    } finally {
      this.#close(dialler);
      if (target !== undefined) this.#close(target);
    }
  }

  #close(socket: Deno.TcpConn): void {
    if (this.#sockets.delete(socket)) socket.close();
  }

  /** Cuts, and accepts no more. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    this.cut();
    await this.#accepting;
  }
}

/** Reads no further than was written, so that whoever is slow is waited for. */
async function copy(from: Deno.TcpConn, to: Deno.TcpConn): Promise<void> {
  to.setNoDelay(true);
  const buffer = new Uint8Array(CHUNK_BYTES);
  let count: number | null;
  while ((count = await from.read(buffer)) !== null) {
    for (let at = 0; at < count;) {
      at += await to.write(buffer.subarray(at, count));
    }
  }
  await to.closeWrite();
}
