/**
 * One id on one socket: its position in the message that is arriving, and the
 * messages that wait to go out. It outlives its connection while one of its
 * messages is under way, in either direction: the wire has no way to give a
 * message up, so what follows must not be taken for its rest.
 *
 * @module
 */
import { Ring } from "../actor/internal.ts";
import type { ChunkWriter } from "./chunk_writer.ts";
import { MAX_CHUNK_BYTES } from "./protocol.ts";
import type { RoutedConnection } from "./routed_connection.ts";

/** A message that waits to go out. */
interface PendingSend {
  readonly connection: RoutedConnection;
  readonly message: Uint8Array;
  /** Length when it was sent: the buffer may have been transferred since. */
  readonly length: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** The message that is going out. */
interface StartedSend extends PendingSend {
  offset: number;
}

/** The state of an id on a socket. */
export class Route {
  readonly id: string;
  /** The connection that uses the id now. */
  connection: RoutedConnection | undefined;
  /** Whether the id cannot be used any more, and its data is dropped. */
  spoiled = false;
  /** Whether it waits for a turn to send; set by its owner. */
  queued = false;
  #totalBytes = 0;
  #missingBytes = 0;
  #skipping = false;
  readonly #waiting = new Ring<PendingSend>();
  #started: StartedSend | undefined;

  constructor(id: string) {
    this.id = id;
  }

  /** Whether a message has started to arrive and not ended. */
  get arriving(): boolean {
    return this.#missingBytes > 0;
  }

  /** Whether the message that is arriving belongs to nobody. */
  get skipping(): boolean {
    return this.#skipping;
  }

  /** Whether a message has started to go out and not ended. */
  get sending(): boolean {
    return this.#started !== undefined;
  }

  /** Whether messages wait to go out. */
  get waiting(): boolean {
    return this.#waiting.length > 0;
  }

  /**
   * Places a chunk in the message that is arriving, or as the first of the
   * next. Returns false when it fits neither.
   */
  place(totalBytes: number, chunkBytes: number): boolean {
    if (!this.arriving) {
      this.#totalBytes = this.#missingBytes = totalBytes;
      this.#skipping = this.connection === undefined;
    }
    if (totalBytes !== this.#totalBytes || chunkBytes > this.#missingBytes) {
      return false;
    }
    this.#missingBytes -= chunkBytes;
    return true;
  }

  /** The connection uses the id no more: the rest of its message is skipped. */
  detach(connection: RoutedConnection): void {
    if (this.connection !== connection) return;
    this.connection = undefined;
    this.#skipping = true;
  }

  /** Queues a message; see `TcpConnConnection.send`. */
  send(connection: RoutedConnection, message: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      const { length } = message;
      this.#waiting.push({ connection, message, length, resolve, reject });
    });
  }

  /** Puts the next chunk into `writer`, if there is one. */
  sendChunk(writer: ChunkWriter): void {
    const started = this.#started ??= this.#start();
    if (started === undefined) return;
    started.offset = writer.add(this.id, started.message, started.offset);
    started.connection.onSent();
    if (started.offset < started.length) return;
    this.#started = undefined;
    started.resolve();
  }

  /** Rejects what this connection has not sent yet, or without one, all. */
  rejectSends(error: unknown, of?: RoutedConnection): void {
    for (let left = this.#waiting.length; left > 0; left--) {
      const pending = this.#waiting.shift() as PendingSend;
      if (of === undefined || pending.connection === of) pending.reject(error);
      else this.#waiting.push(pending);
    }
    // What has started goes on, though its sender does not wait for it.
    if (of === undefined || this.#started?.connection === of) {
      this.#started?.reject(error);
    }
  }

  #start(): StartedSend | undefined {
    let pending: PendingSend | undefined;
    while ((pending = this.#waiting.shift()) !== undefined) {
      const { message, length } = pending;
      if (message.length === length) {
        // What has started must end, whatever becomes of the sender's buffer.
        const kept = length > MAX_CHUNK_BYTES ? message.slice() : message;
        return { ...pending, message: kept, offset: 0 };
      }
      pending.reject(
        new TypeError(
          "Cannot send: the message's buffer was transferred or resized before it was sent",
        ),
      );
    }
    return undefined;
  }
}
