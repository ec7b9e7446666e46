/**
 * Typed messages over a logical connection.
 *
 * @module
 */
import type { Codec } from "../codec/mod.ts";
import {
  ErrorCode,
  type LogicalConnection,
  type ReceiveOptions,
  type SendOptions,
} from "../session/mod.ts";
import { reasonOf } from "../checks/internal.ts";
import { checkCodec } from "../codec/internal.ts";

/**
 * A logical connection whose messages are values: it sends `Out` and receives
 * `In`. Iterating it gives values until the peer closes its side.
 *
 * @example
 * ```ts
 * import { ActorSystem, ConnectionPool, json, listen, TypedConnection } from "@troupe/troupe";
 *
 * const numbers = json({ parse: (value) => Number(value) });
 *
 * await using system = new ActorSystem();
 * await using listener = listen(system, {
 *   port: 0,
 *   async serve(connection) {
 *     const typed = new TypedConnection(connection, numbers);
 *     for await (const value of typed) await typed.send(value * 2);
 *   },
 * });
 * await using pool = new ConnectionPool(system);
 * await using doubler = new TypedConnection(await pool.connect(listener.address), numbers);
 * await doubler.send(21);
 * console.assert(await doubler.receive() === 42);
 * ```
 */
export class TypedConnection<Out, In = Out>
  implements AsyncDisposable, AsyncIterable<In> {
  /** The connection below, for half-close, reset and its id. */
  readonly connection: LogicalConnection;
  readonly #out: Codec<Out>;
  readonly #in: Codec<In>;

  /**
   * One codec for both directions.
   *
   * @throws {TypeError} without a codec.
   */
  constructor(
    connection: LogicalConnection,
    codec: Codec<Out> & Codec<In>,
  );
  /** A codec for each direction. */
  constructor(
    connection: LogicalConnection,
    out: Codec<Out>,
    incoming: Codec<In>,
  );
  constructor(
    connection: LogicalConnection,
    out: Codec<Out> & Codec<In>,
    incoming: Codec<In> = out,
  ) {
    checkCodec("codec", out);
    checkCodec("incoming", incoming);
    this.connection = connection;
    this.#out = out;
    this.#in = incoming;
  }

  /**
   * Sends one value; see {@linkcode LogicalConnection.send}.
   *
   * @throws {CodecError} as a rejection, when it cannot be encoded.
   */
  async send(value: Out, options?: SendOptions): Promise<void> {
    await this.connection.send(this.#out.encode(value), options);
  }

  /**
   * The next value; `undefined` when the peer has closed its side. What cannot
   * be decoded resets the connection, as its peer speaks another language.
   *
   * @throws {CodecError} as a rejection, when it cannot be decoded.
   */
  async receive(options?: ReceiveOptions): Promise<In | undefined> {
    const message = await this.connection.receive(options);
    return message === undefined ? undefined : this.#decode(message);
  }

  /** Values until the peer closes its side; leaving early reads no more. */
  async *[Symbol.asyncIterator](): AsyncGenerator<In, void, void> {
    for await (const message of this.connection) yield this.#decode(message);
  }

  #decode(message: Uint8Array): In {
    try {
      return this.#in.decode(message);
    } catch (error) {
      this.connection.reset(ErrorCode.PROTOCOL, reasonOf(error));
      throw error;
    }
  }

  /** Closes in order; see {@linkcode LogicalConnection.close}. */
  close(): Promise<void> {
    return this.connection.close();
  }

  /** Closes; for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
