/**
 * Moves the bytes of one socket: reads chunks into a multiplexer, and writes
 * those that the multiplexer has for the peer.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import { type Clock, TroupeError } from "../actor/mod.ts";
import { socketLost } from "../session/internal.ts";
import type { Transport } from "../session/mod.ts";
import { ChunkReader } from "./chunk_reader.ts";
import type { Multiplexer } from "./multiplexer.ts";

/** Milliseconds that a socket which closes may take for its last bytes. */
const LAST_BYTES_MS = 1000;
/** Milliseconds that a socket may read before the event loop has its turn. */
const TURN_MS = 1;
/** Buffer for what still arrives while a socket closes; it is discarded. */
const DISCARD_BYTES = 4096;

/** A socket between a transport and a multiplexer. */
export class Socket {
  readonly #transport: Transport;
  readonly #multiplexer: Multiplexer;
  readonly #onEnd: (cause: TroupeError) => void;
  #open = true;
  #reading: Promise<void> | undefined;
  #writing: Promise<void> | undefined;
  /** Why a write failed. */
  #failure: unknown;

  /** @param onEnd Called once, when nothing more will come. */
  constructor(
    transport: Transport,
    multiplexer: Multiplexer,
    onEnd: (cause: TroupeError) => void,
  ) {
    this.#transport = transport;
    this.#multiplexer = multiplexer;
    this.#onEnd = onEnd;
  }

  /** Starts to read, once. */
  read(): void {
    if (this.#open) this.#reading ??= this.#readAll();
  }

  /** Writes what is waiting, unless it does so already. */
  write(): void {
    this.#writing ??= this.#writeAll();
  }

  /** Writes what is left and closes; resolves when the socket is closed. */
  async close(clock: Clock): Promise<void> {
    this.#open = false;
    const transport = this.#transport;
    const deadline = clock.schedule(LAST_BYTES_MS, () => transport.close());
    // Whatever is broken by now is closed all the same.
    await this.#finish().catch(() => {});
    deadline.cancel();
    transport.close();
  }

  /**
   * Writes what is left, then reads to the end: a socket that is closed with
   * bytes unread is reset, and what its peer has not taken is lost.
   */
  async #finish(): Promise<void> {
    await this.#writing;
    await this.#transport.closeWrite();
    await this.#reading;
    const buffer = new Uint8Array(DISCARD_BYTES);
    while (await this.#transport.read(buffer) !== null);
  }

  async #readAll(): Promise<void> {
    const reader = new ChunkReader();
    const { sink } = this.#multiplexer;
    let turnStart = performance.now();
    try {
      while (this.#open) {
        // Reads that need not wait come back as microtasks: without this a
        // busy socket would keep all others, and all timers, from theirs.
        if (performance.now() - turnStart > TURN_MS) {
          await new Promise<void>((resolve) => setImmediate(resolve));
          turnStart = performance.now();
        }
        if (this.#multiplexer.stalled) await this.#multiplexer.stalled;
        if (!this.#open) return;
        const count = await this.#transport.read(reader.space());
        if (!this.#open) return;
        if (count === null) {
          if (this.#failure === undefined) {
            reader.end();
            this.#multiplexer.finish();
          }
          return this.#end(socketLost(this.#failure));
        }
        reader.advance(count, sink);
      }
    } catch (error) {
      this.#end(error instanceof TroupeError ? error : socketLost(error));
    }
  }

  async #writeAll(): Promise<void> {
    const { out } = this.#multiplexer;
    // Chunks of one turn leave together: wait for its end.
    await undefined;
    try {
      while (out.length > 0) {
        const bytes = out.take();
        for (let sent = 0; sent < bytes.length;) {
          sent += await this.#transport.write(bytes.subarray(sent));
        }
        this.#multiplexer.pump();
      }
    } catch (error) {
      // Reading ends as well, but not before the last bytes of the peer.
      this.#failure = error;
    } finally {
      this.#writing = undefined;
    }
  }

  #end(cause: TroupeError): void {
    if (!this.#open) return;
    this.#open = false;
    this.#onEnd(cause);
  }
}
