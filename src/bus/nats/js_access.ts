/**
 * The way to JetStream: what a bus asks of it, in the errors of a bus.
 *
 * @module
 */
import {
  JetStreamApiError,
  type JetStreamManager,
  jetstreamManager,
} from "@nats-io/jetstream";
import type { Msg, MsgHdrs, NatsConnection } from "@nats-io/transport-node";
import {
  BusLimitError,
  BusTimeoutError,
  StreamNotFoundError,
} from "../errors.ts";
import type { Asks } from "./asks.ts";
import { saysNoResponders } from "./inbox.ts";
import { refusalToError, type ServerError, toBusError } from "./js_errors.ts";
import type { ResolvedNatsOptions } from "./options.ts";
import type { Uplink } from "./uplink.ts";

/** The time between two attempts to publish on a stream that is there. */
const RETRY_MS = 50;
/** Messages that may wait for the server to keep them. */
const MAX_PENDING = 10_000;

/** The server's acknowledgement of a message that it keeps. */
export interface Kept {
  readonly stream: string;
  readonly seq: number;
  readonly duplicate?: boolean;
}

/** What a bus asks of JetStream. */
export class JetStreamAccess {
  readonly asks: Asks;
  readonly #manager: JetStreamManager;
  readonly #uplink: Uplink;
  readonly #askMs: number;

  private constructor(
    manager: JetStreamManager,
    uplink: Uplink,
    asks: Asks,
    askMs: number,
  ) {
    this.#askMs = askMs;
    this.#manager = manager;
    this.#uplink = uplink;
    this.asks = asks;
  }

  /** Returns access, or `undefined` if this client has no JetStream. */
  static async open(
    connection: NatsConnection,
    uplink: Uplink,
    asks: Asks,
    { askMs }: Pick<ResolvedNatsOptions, "askMs">,
  ): Promise<JetStreamAccess | undefined> {
    const manager = await jetstreamManager(connection, {
      checkAPI: false,
      timeout: askMs,
    });
    try {
      await manager.getAccountInfo();
    } catch (_error) {
      // Not there, not for this account, or not allowed.
      return undefined;
    }
    return new JetStreamAccess(manager, uplink, asks, askMs);
  }

  /**
   * Calls the manager when there is a connection.
   *
   * @param what What could not be done if it fails.
   */
  async api<T>(
    what: string,
    call: (manager: JetStreamManager) => Promise<T>,
  ): Promise<T> {
    await this.#uplink.whenUp();
    try {
      return await call(this.#manager);
    } catch (cause) {
      throw toBusError(what, cause);
    }
  }

  /**
   * Publishes a message that a stream keeps, first in order with all that is
   * sent. A server that has just started may say that nobody keeps it although
   * the stream is there; then it was not kept, and is published again.
   *
   * @throws {StreamNotFoundError} as a rejection, if there is no such stream.
   */
  async keepIn(
    stream: string,
    what: string,
    subject: string,
    bytes: Uint8Array,
    headers?: MsgHdrs,
  ): Promise<Kept> {
    const end = performance.now() + this.#askMs;
    for (;;) {
      try {
        return await this.keep(what, subject, bytes, headers);
      } catch (error) {
        const mayBeThere = error instanceof StreamNotFoundError ||
          error instanceof BusTimeoutError;
        if (!mayBeThere) throw error;
        // Whoever subscribes to all subjects hides that there is no stream.
        await this.api(what, ({ streams }) => streams.info(stream));
        const isRefused = error instanceof StreamNotFoundError;
        if (!isRefused || performance.now() > end) throw error;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  /** Publishes a message that some stream keeps. */
  async keep(
    what: string,
    subject: string,
    bytes: Uint8Array,
    headers?: MsgHdrs,
  ): Promise<Kept> {
    if (this.asks.pending >= MAX_PENDING) {
      throw new BusLimitError(
        `Cannot ${what}: ${MAX_PENDING} messages wait for the server to keep them, wait for a publish now and then`,
      );
    }
    return keptOf(what, await this.asks.ask(what, subject, bytes, headers));
  }
}

/** Reads the acknowledgement of a message. */
function keptOf(what: string, reply: Msg): Kept {
  if (saysNoResponders(reply)) {
    throw new StreamNotFoundError(
      `Cannot ${what}: no stream keeps its subject, it was deleted`,
    );
  }
  const kept: Kept & { readonly error?: ServerError } = reply.json();
  if (kept.error !== undefined) throw refusalToError(what, kept.error);
  return kept;
}

/** Whether an error of the manager has a code. */
export function hasCode(error: unknown, code: number): boolean {
  return error instanceof JetStreamApiError && error.code === code;
}
