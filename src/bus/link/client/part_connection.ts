/**
 * The connection of a part of a client, such as a subscription, over one
 * session.
 *
 * @module
 */
import {
  ErrorCode,
  type LogicalConnection,
  ProtocolError,
} from "../../../session/mod.ts";
import { BusClosedError } from "../../errors.ts";
import type { ConnectionKind } from "../protocol.ts";
import type { Link, LinkPart } from "./link.ts";
import type { LinkSession } from "./link_session.ts";

/** What a connection of a part is for. */
export interface PartConnectionOptions {
  readonly link: Link;
  readonly part: LinkPart;
  readonly session: LinkSession;
  readonly kind: ConnectionKind;
  readonly metadata: Uint8Array;
  /** Settles when it may be opened; what it rejects with ends the part. */
  readonly before?: Promise<unknown>;
  /** The connection is there; what it is sent may be sent at once. */
  onOpen(connection: LogicalConnection): void;
  /** Takes a block; a promise stops the reading until it is settled. */
  take(block: Uint8Array): Promise<void> | undefined;
}

/** A connection that is opened, read, and let go. */
export class PartConnection {
  #connection: LogicalConnection | undefined;
  #isOver = false;

  constructor(options: PartConnectionOptions) {
    void this.#run(options);
  }

  /** It has done what it was for: how it ends does not matter any more. */
  finish(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    void this.#connection?.close();
  }

  /** Lets go of it. */
  abandon(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#connection?.reset();
  }

  async #run(options: PartConnectionOptions): Promise<void> {
    const { link, part, session, kind, metadata, onOpen, take } = options;
    try {
      await options.before;
    } catch (error) {
      if (this.#isOver || session !== link.session) return;
      this.#isOver = true;
      link.remove(part);
      return part.end(error);
    }
    try {
      if (this.#isOver) return;
      const connection = await session.connect(kind, metadata);
      this.#connection = connection;
      if (this.#isOver) return connection.reset();
      onOpen(connection);
      for await (const batch of connection.batches()) {
        for (const block of batch.messages) {
          if (this.#isOver) return;
          const taking = take(block);
          if (taking !== undefined) await taking;
        }
      }
      throw new BusClosedError("The bus has closed a connection");
    } catch (error) {
      if (this.#isOver) return;
      this.#isOver = true;
      const isWrong = error instanceof ProtocolError;
      this.#connection?.reset(
        isWrong ? ErrorCode.PROTOCOL : ErrorCode.CANCELLED,
      );
      link.partFailed(part, session, error);
    }
  }
}
