/**
 * What a client has of one session with the bus: the connection by which it
 * publishes, the one by which it asks, and those that are opened besides.
 *
 * @module
 */
import {
  type Connector,
  ErrorCode,
  type LogicalConnection,
  ProtocolError,
} from "../../../session/mod.ts";
import { BusClosedError } from "../../errors.ts";
import type { BusFeature } from "../../message_bus.ts";
import {
  decodeFields,
  encodeFields,
  numberField,
  textsField,
} from "../control_protocol.ts";
import { connectionId, type ConnectionKind, VERSION } from "../protocol.ts";
import { ControlClient } from "./control_client.ts";
import { Publisher } from "./publisher.ts";

const FEATURES: readonly BusFeature[] = [
  "interest",
  "presence",
  "retained",
  "streams",
  "wait",
];

/** How a session with a bus is opened. */
export interface LinkSessionOptions {
  readonly connector: Connector;
  readonly maxOutboxBytes: number;
  readonly signal: AbortSignal;
}

/** One session with the bus. */
export class LinkSession {
  readonly control: ControlClient;
  readonly publisher: Publisher;
  /** What the bus on the other side has. */
  readonly features: ReadonlySet<BusFeature>;
  readonly #lost = Promise.withResolvers<unknown>();
  readonly #connector: Connector;
  readonly #connections: readonly LogicalConnection[];
  readonly #closing = new AbortController();

  private constructor(
    { connector, maxOutboxBytes }: LinkSessionOptions,
    control: LogicalConnection,
    publish: LogicalConnection,
    hello: Uint8Array,
  ) {
    const fields = decodeFields(hello);
    const features = textsField(fields, "features");
    this.features = new Set(FEATURES.filter((name) => features.includes(name)));
    this.#connector = connector;
    this.#connections = [control, publish];
    this.control = new ControlClient(control);
    this.publisher = new Publisher(publish, {
      maxMessageBytes: numberField(fields, "maxMessageBytes"),
      maxOutboxBytes,
    });
    this.#read(control, (message) => this.control.take(message));
    this.#read(publish, (block) => this.publisher.take(block));
  }

  /**
   * Opens a session.
   *
   * @throws what the connector rejects with.
   * @throws {ProtocolError} if the other side is no bus of this version.
   */
  static async open(options: LinkSessionOptions): Promise<LinkSession> {
    const { connector, signal } = options;
    const metadata = encodeFields({ version: VERSION });
    const control = await connector.connect({
      id: connectionId("control"),
      metadata,
      priority: "high",
      signal,
    });
    let publish: LogicalConnection | undefined;
    try {
      const hello = await control.receive({ signal });
      if (hello === undefined) {
        throw new BusClosedError("Cannot connect: the bus is closed there");
      }
      publish = await connector.connect({
        id: connectionId("publish"),
        metadata,
        signal,
      });
      return new LinkSession(options, control, publish, hello);
    } catch (error) {
      control.reset();
      publish?.reset();
      throw error;
    }
  }

  /** Resolves to why, when the session is of no use any more. */
  get lost(): Promise<unknown> {
    return this.#lost.promise;
  }

  /** Opens a connection besides. */
  connect(
    kind: ConnectionKind,
    metadata: Uint8Array,
  ): Promise<LogicalConnection> {
    const { signal } = this.#closing;
    return this.#connector.connect({
      id: connectionId(kind),
      metadata,
      signal,
    });
  }

  /** Closes it in order: what was sent is taken by the session. */
  async close(error: unknown): Promise<void> {
    this.#closing.abort(error);
    const closing = this.#connections.map((connection) => connection.close());
    this.publisher.fail(error);
    this.control.fail(error);
    await Promise.all(closing);
  }

  /** Lets go of what is left of it. */
  abandon(error: unknown): void {
    this.#closing.abort(error);
    this.publisher.fail(error);
    this.control.fail(error);
    for (const connection of this.#connections) connection.reset();
  }

  async #read(
    connection: LogicalConnection,
    take: (message: Uint8Array) => void,
  ): Promise<void> {
    try {
      for await (const batch of connection.batches()) {
        for (const message of batch.messages) take(message);
      }
      this.#lost.resolve(
        new BusClosedError("The bus is closed on the other side"),
      );
    } catch (error) {
      if (error instanceof ProtocolError) {
        connection.reset(ErrorCode.PROTOCOL, error.message);
      }
      this.#lost.resolve(error);
    }
  }
}
