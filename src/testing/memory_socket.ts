/**
 * A socket in memory: two directions of bytes, each with a bounded buffer as
 * the kernel has one.
 *
 * @module
 */
import type { Transport } from "../session/mod.ts";

/** Bytes that are under way in one direction before a write has to wait. */
const BUFFER_BYTES = 65_536;

/** The bytes that one side of a socket in memory sends to the other. */
class Pipe {
  readonly #chunks: Uint8Array[] = [];
  #bytes = 0;
  #isEnded = false;
  #isStalled = false;
  #failure: Error | undefined;
  #change: PromiseWithResolvers<void> = Promise.withResolvers();

  /** Reads into `buffer`; resolves to the count, or `null` after the end. */
  async read(buffer: Uint8Array): Promise<number | null> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure;
      if (!this.#isStalled) {
        const chunk = this.#chunks[0];
        if (chunk !== undefined) return this.#take(chunk, buffer);
        if (this.#isEnded) return null;
      }
      await this.#change.promise;
    }
  }

  #take(chunk: Uint8Array, buffer: Uint8Array): number {
    const count = Math.min(chunk.length, buffer.length);
    buffer.set(chunk.subarray(0, count));
    if (count === chunk.length) this.#chunks.shift();
    else this.#chunks[0] = chunk.subarray(count);
    this.#bytes -= count;
    this.#changed();
    return count;
  }

  /** Writes what there is room for; resolves to the count. */
  async write(bytes: Uint8Array): Promise<number> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#isEnded) throw new Deno.errors.BrokenPipe("Broken pipe");
      const count = Math.min(bytes.length, BUFFER_BYTES - this.#bytes);
      if (count > 0 || bytes.length === 0) {
        // A copy: the writer may reuse its bytes.
        if (count > 0) this.#chunks.push(bytes.slice(0, count));
        this.#bytes += count;
        this.#changed();
        return count;
      }
      await this.#change.promise;
    }
  }

  /** Ends the direction after what is under way. */
  end(): void {
    this.#isEnded = true;
    this.#changed();
  }

  /** Fails all that waits and all that comes; what is under way is lost. */
  fail(failure: Error): void {
    this.#failure ??= failure;
    this.#chunks.length = this.#bytes = 0;
    this.#changed();
  }

  /** Keeps what is under way from its reader, or stops doing so. */
  stall(isStalled: boolean): void {
    this.#isStalled = isStalled;
    this.#changed();
  }

  #changed(): void {
    const { resolve } = this.#change;
    this.#change = Promise.withResolvers();
    resolve();
  }
}

/** The two ends of a socket, and what can happen to it on the way. */
export class MemorySocket {
  /** The end of the side that has connected. */
  readonly dialler: Transport;
  /** The end of the side that has accepted. */
  readonly listener: Transport;
  readonly #pipes = { dialler: new Pipe(), listener: new Pipe() };
  readonly #onClosed: (socket: MemorySocket) => void;
  #openEnds = 2;

  /** Creates a socket that calls `onClosed` once both of its ends are closed. */
  constructor(onClosed: (socket: MemorySocket) => void) {
    this.#onClosed = onClosed;
    const { dialler, listener } = this.#pipes;
    this.dialler = this.#end(listener, dialler);
    this.listener = this.#end(dialler, listener);
  }

  #end(incoming: Pipe, outgoing: Pipe): Transport {
    let isOpen = true;
    return {
      async read(buffer) {
        const count = await incoming.read(buffer);
        // Its peer's end of file is not heard by an end that is closed.
        if (!isOpen) throw new Deno.errors.BadResource("The socket is closed");
        return count;
      },
      async write(bytes) {
        if (!isOpen) throw new Deno.errors.BadResource("The socket is closed");
        try {
          return await outgoing.write(bytes);
        } catch (error) {
          // Reads end as well, after what has arrived.
          incoming.end();
          throw error;
        }
      },
      closeWrite() {
        outgoing.end();
        return Promise.resolve();
      },
      close: () => {
        if (!isOpen) return;
        isOpen = false;
        outgoing.end();
        // The writes of the other end fail, as nobody reads them.
        incoming.end();
        if (--this.#openEnds === 0) this.#onClosed(this);
      },
    };
  }

  /** Breaks the socket at both ends; what is under way is lost. */
  cut(): void {
    for (const pipe of Object.values(this.#pipes)) {
      pipe.fail(new Deno.errors.ConnectionReset("Connection reset by peer"));
    }
  }

  /** Ends the direction from one side, as if that side had half-closed it. */
  halfClose(from: "dialler" | "listener"): void {
    this.#pipes[from].end();
  }

  /** Keeps bytes under way in both directions, or lets them arrive. */
  stall(isStalled: boolean): void {
    for (const pipe of Object.values(this.#pipes)) pipe.stall(isStalled);
  }
}
