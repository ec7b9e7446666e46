import { setImmediate } from "node:timers/promises";
import type { Transport } from "../../src/session/transport.ts";
import { Happenings } from "./happenings.ts";

/** A socket in memory: a test plays the other side, faults and all. */
export class MemoryTransport implements Transport {
  /** What was written, one entry a write. */
  readonly writes: Happenings<Uint8Array> = new Happenings();
  /** Resolves when this side has closed it. */
  readonly closed: Promise<void>;
  /** Resolves when this side has said that it writes no more. */
  readonly writeClosed: Promise<void>;
  /** Makes every write fail with this, if it is set. */
  failure: Error | undefined;
  /** Holds every write back until it resolves. */
  gate: Promise<void> = Promise.resolve();
  readonly #incoming = new Happenings<Uint8Array | null | Error>();
  readonly #close: PromiseWithResolvers<void> = Promise.withResolvers();
  readonly #closeWrite: PromiseWithResolvers<void> = Promise.withResolvers();
  #ended: null | Error | undefined;

  constructor() {
    this.closed = this.#close.promise;
    this.writeClosed = this.#closeWrite.promise;
  }

  /** The other side says this. */
  say(bytes: Uint8Array): void {
    this.#incoming.push(bytes);
  }

  /** The other side closes the socket, or it breaks. */
  end(error: Error | null = null): void {
    this.#incoming.push(error);
  }

  /**
   * Waits until all that was said has been heard, or as much of it as anybody
   * wants, and its answers written. A reader may leave the event loop a turn
   * after each read, so it has stopped when it takes nothing in two.
   */
  async idle(): Promise<void> {
    let unheard: number;
    do {
      unheard = this.#incoming.untaken;
      await setImmediate();
      await setImmediate();
    } while (this.#incoming.untaken < unheard);
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    const next = this.#ended === undefined
      ? await this.#incoming.next()
      : this.#ended;
    if (next instanceof Uint8Array) {
      buffer.set(next);
      return next.length;
    }
    this.#ended = next;
    if (next !== null) throw next;
    return null;
  }

  async write(bytes: Uint8Array): Promise<number> {
    await Promise.race([this.gate, this.closed]);
    if (this.failure !== undefined) throw this.failure;
    this.writes.push(bytes.slice());
    return bytes.length;
  }

  closeWrite(): Promise<void> {
    this.#closeWrite.resolve();
    return Promise.resolve();
  }

  readonly close = (): void => {
    this.#close.resolve();
    this.#incoming.push(new Deno.errors.BadResource("The socket is closed"));
  };
}
