/**
 * A socket of `node:net` as a transport of sessions, for those who have no
 * `Deno`.
 *
 * @module
 */
import type { Socket } from "node:net";
import type { Transport } from "../session/mod.ts";

/** One end of a TCP connection, whose other end speaks the protocol of `./tcp`. */
export class NodeTransport implements Transport {
  readonly #socket: Socket;
  #hasEnded = false;
  #failure: unknown;
  /** Ends the wait of a read. */
  #wake: (() => void) | undefined;

  /** Takes a socket over that was connected, and is paused. */
  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    const changed = (): void => this.#wake?.();
    socket.on("readable", changed);
    socket.on("end", () => {
      this.#hasEnded = true;
      changed();
    });
    socket.on("error", (error) => {
      this.#failure = error;
      changed();
    });
    socket.on("close", () => {
      this.#hasEnded = true;
      changed();
    });
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    while (true) {
      const socket = this.#socket;
      const size = Math.min(buffer.length, socket.readableLength);
      const chunk: Uint8Array | null = size > 0 ? socket.read(size) : null;
      if (chunk !== null) {
        buffer.set(chunk);
        return chunk.length;
      }
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#hasEnded) return null;
      // It reads on when it is asked for nothing, and says when there is more.
      socket.read(0);
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  write(bytes: Uint8Array): Promise<number> {
    return new Promise((resolve, reject) => {
      // The bytes stay as they are until it has taken them.
      this.#socket.write(
        bytes,
        (error) => error ? reject(error) : resolve(bytes.length),
      );
    });
  }

  closeWrite(): Promise<void> {
    return new Promise((resolve) => void this.#socket.end(resolve));
  }

  // Bound, as it serves as a callback.
  readonly close = (): void => {
    this.#hasEnded = true;
    this.#socket.destroy();
    this.#wake?.();
  };
}
