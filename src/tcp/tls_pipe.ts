/**
 * What TLS reads and writes: an accepted socket as a stream of Node, which is
 * what `node:tls` needs.
 *
 * @module
 */
import { Duplex } from "node:stream";
import { setImmediate } from "node:timers";
import { setImmediate as turn } from "node:timers/promises";
import type { Transport } from "../session/mod.ts";

/** Bytes of TLS that are read at once. */
const READ_BYTES = 32_768;

/** The encrypted side of a TLS server. */
export class TlsPipe extends Duplex {
  readonly #socket: Transport;
  readonly #onBroken: (cause: unknown) => void;
  readonly #buffer = new Uint8Array(READ_BYTES);
  #open = true;
  /** Whether the stream has asked for more, and got nothing yet. */
  #asked = false;
  #ended = false;
  /** Resolves when the pending write has ended, successfully or not. */
  #writing: Promise<void> | undefined;

  /** @param onBroken Called when the socket fails, instead of an event. */
  constructor(socket: Transport, onBroken: (cause: unknown) => void) {
    super({ autoDestroy: false });
    this.#socket = socket;
    this.#onBroken = onBroken;
  }

  /**
   * Whether bytes may come in. `node:tls` decrypts and keeps whatever it gets,
   * though nobody reads it: the backpressure has to be here.
   */
  set open(open: boolean) {
    this.#open = open;
    this.#feed();
  }

  /** Whether the socket has nothing more to read. */
  get ended(): boolean {
    return this.#ended;
  }

  override _read(): void {
    this.#asked = true;
    this.#feed();
  }

  #feed(): void {
    if (!this.#asked || !this.#open) return;
    this.#asked = false;
    this.#socket.read(this.#buffer).then(
      (count) => {
        this.#ended = count === null;
        this.push(count === null ? null : this.#buffer.slice(0, count));
      },
      this.#onBroken,
    );
  }

  override _write(
    bytes: Uint8Array,
    _encoding: string,
    done: () => void,
  ): void {
    this.#writing = this.#writeAll(bytes).catch(this.#onBroken).then(() => {
      this.#writing = undefined;
      done();
    });
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    let sent = 0;
    while (sent < bytes.length) {
      sent += await this.#socket.write(bytes.subarray(sent));
    }
  }

  /**
   * Resolves when the system has everything that TLS has written so far; its
   * last bytes come a little after the stream has finished.
   */
  async flushed(): Promise<void> {
    for (await turn(); this.#writing !== undefined; await turn()) {
      await this.#writing;
    }
  }

  /** Ends the stream after its last bytes, such as an alert of TLS. */
  override destroy(): this {
    setImmediate(() => super.destroy());
    return this;
  }
}
