/**
 * One id on one socket: where it stands in the message that is arriving, and
 * the messages that are to go out. It outlives its connection while one of
 * its messages is under way, in either direction: the wire has no word for
 * giving a message up, so what follows must not be taken for its rest.
 *
 * @module
 */
import { Ring } from "../actor/internal.ts";
import type { ChunkWriter } from "./chunk_writer.ts";
import { MAX_CHUNK_BYTES } from "./protocol.ts";
import type { RoutedConnection } from "./routed_connection.ts";

/** A message that is to go out. */
interface PendingSend {
  readonly connection: RoutedConnection;
  readonly message: Uint8Array;
  /** Of the message when it was sent: its buffer may be transferred since. */
  readonly length: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** The message that is going out. */
interface BegunSend extends PendingSend {
  offset: number;
}

/** An id's state on a socket. */
export class Route {
  readonly id: string;
  /** Who uses the id now. */
  connection: RoutedConnection | undefined;
  /** Whether the id is of no use any more, and its data is dropped. */
  spoiled = false;
  /** Whether it has its turn to send coming; its owner's. */
  queued = false;
  #totalBytes = 0;
  #missingBytes = 0;
  #skipping = false;
  readonly #waiting = new Ring<PendingSend>();
  #begun: BegunSend | undefined;

  constructor(id: string) {
    this.id = id;
  }

  /** Whether a message has begun to arrive and not ended. */
  get arriving(): boolean {
    return this.#missingBytes > 0;
  }

  /** Whether the message that is arriving belongs to nobody. */
  get skipping(): boolean {
    return this.#skipping;
  }

  /** Whether a message has begun to go out and not ended. */
  get sending(): boolean {
    return this.#begun !== undefined;
  }

  /** Whether messages wait to go out. */
  get waiting(): boolean {
    return this.#waiting.length > 0;
  }

  /**
   * Places a chunk: in the message that is arriving, or as the first of the
   * next. False when it fits neither.
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
    const begun = this.#begun ??= this.#begin();
    if (begun === undefined) return;
    begun.offset = writer.add(this.id, begun.message, begun.offset);
    begun.connection.touch();
    if (begun.offset < begun.length) return;
    this.#begun = undefined;
    begun.resolve();
  }

  /** Rejects what the connection, or everybody, has not sent yet. */
  rejectSends(error: unknown, of?: RoutedConnection): void {
    for (let left = this.#waiting.length; left > 0; left--) {
      const pending = this.#waiting.shift() as PendingSend;
      if (of === undefined || pending.connection === of) pending.reject(error);
      else this.#waiting.push(pending);
    }
    // What has begun goes on, though its sender does not wait for it.
    if (of === undefined || this.#begun?.connection === of) {
      this.#begun?.reject(error);
    }
  }

  #begin(): BegunSend | undefined {
    let pending: PendingSend | undefined;
    while ((pending = this.#waiting.shift()) !== undefined) {
      const { message, length } = pending;
      if (message.length === length) {
        // What has begun must end, whatever becomes of the sender's buffer.
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
