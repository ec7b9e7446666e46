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
import {
  checkCodec,
  type MessageEncoder,
  messageEncoder,
} from "../codec/internal.ts";
import { checkConnection } from "./check_connection.ts";

/**
 * A logical connection whose messages are values: it sends `Out` and receives
 * `In`. Iterating over it yields values until the peer closes its side.
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
  /** The underlying connection, for half-close, reset and its id. */
  readonly connection: LogicalConnection;
  readonly #out: Codec<Out>;
  readonly #encode: MessageEncoder<Out>;
  readonly #in: Codec<In>;

  /**
   * Creates a typed connection with one codec for both directions.
   *
   * @throws {TypeError} if `connection` is not a logical connection, or `codec`
   * not a codec.
   */
  constructor(
    connection: LogicalConnection,
    codec: Codec<Out> & Codec<In>,
  );
  /**
   * Creates a typed connection with a codec for each direction.
   *
   * @throws {TypeError} if `connection` is not a logical connection, or `out` or
   * `incoming` not a codec.
   */
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
    checkConnection(connection);
    checkCodec("codec", out);
    checkCodec("incoming", incoming);
    this.connection = connection;
    this.#out = out;
    this.#encode = messageEncoder<Out>(out, 0);
    this.#in = incoming;
  }

  /**
   * Encodes and sends one value, as {@linkcode LogicalConnection.send} does.
   *
   * @throws {CodecError} as a rejection, if the value cannot be encoded.
   */
  send(value: Out, options?: SendOptions): Promise<void> {
    let message: Uint8Array;
    try {
      // What is transferred must not share its buffer.
      message = options?.transfer
        ? this.#out.encode(value)
        : this.#encode(value);
    } catch (error) {
      return Promise.reject(error);
    }
    return this.connection.send(message, options);
  }

  /**
   * Returns the next value, or `undefined` when the peer has closed its side. A
   * message that cannot be decoded resets the connection, as the peer follows
   * another protocol.
   *
   * @throws {CodecError} as a rejection, if the message cannot be decoded.
   */
  async receive(options?: ReceiveOptions): Promise<In | undefined> {
    const message = await this.connection.receive(options);
    return message === undefined ? undefined : this.#decode(message);
  }

  /**
   * Yields values until the peer closes its side; leaving early stops reading.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<In, void, void> {
    const messages = this.connection[Symbol.asyncIterator]();
    const toResult = (
      { value }: IteratorResult<Uint8Array, void>,
    ): IteratorResult<In, void> =>
      value === undefined
        ? { done: true, value }
        : { done: false, value: this.#decode(value) };
    const values: AsyncIterableIterator<In, void, void> = {
      next: () => messages.next().then(toResult),
      return: async () => {
        await messages.return?.();
        return { done: true, value: undefined };
      },
      [Symbol.asyncIterator]: () => values,
    };
    return values;
  }

  #decode(message: Uint8Array): In {
    try {
      return this.#in.decode(message);
    } catch (error) {
      this.connection.reset(ErrorCode.PROTOCOL, reasonOf(error));
      throw error;
    }
  }

  /** Closes the connection, as {@linkcode LogicalConnection.close} does. */
  close(): Promise<void> {
    return this.connection.close();
  }

  /** Closes the connection, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
