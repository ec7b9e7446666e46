/**
 * A reader of a consumer of JetStream.
 *
 * @module
 */
import type { ConsumerInfo as NatsConsumerInfo } from "@nats-io/jetstream";
import type { Msg } from "@nats-io/transport-node";
import { Ring } from "../../actor/internal.ts";
import { TroupeError } from "../../actor/mod.ts";
import type { Codec } from "../../codec/mod.ts";
import type { Consumer, ConsumerInfo, StreamMessage } from "../consumer.ts";
import { Outcome } from "../delivery/outcome.ts";
import {
  abortableReader,
  type Reader,
  readerLoop,
  type ReadOptions,
  readSignal,
} from "../delivery/reader.ts";
import { StreamNotFoundError } from "../errors.ts";
import type { ResolvedConsumer } from "../streams/consumer_config.ts";
import { untilAborted } from "../until_aborted.ts";
import { gapBefore, type GapState } from "./gap_rules.ts";
import { MessageLedger } from "./message_ledger.ts";
import { type Delivered, NatsMessage, toDelivered } from "./nats_message.ts";
import type { StreamPort } from "./nats_stream.ts";
import { Puller } from "./puller.ts";
import { nextAhead } from "../delivery/read_ahead_rules.ts";

/** The most messages that are asked for at a time. */
export const MAX_AHEAD = 64;

/** Messages that wait to be read: those of some requests that were given up. */
const MAX_QUEUED = 4 * MAX_AHEAD;

/** How a reader begins. */
export interface ReaderStart {
  readonly config: ResolvedConsumer;
  /** Where it is; `undefined` if numbers say nothing of what is missing. */
  readonly gaps: GapState | undefined;
  readonly signals: readonly AbortSignal[];
}

/** A reader of this process. */
export class NatsConsumer<T> implements Consumer<T> {
  readonly name: string;
  readonly #port: StreamPort;
  readonly #config: ResolvedConsumer;
  readonly #codec: Codec<T>;
  readonly #ledger: MessageLedger;
  readonly #puller: Puller;
  readonly #outcome = new Outcome();
  readonly #stopFollowing: () => void;
  /** What has come, and was not read yet. */
  readonly #queue = new Ring<Delivered>();
  #gaps: GapState | undefined;
  #waiting: Reader<StreamMessage<T>> | undefined;
  #ahead = 1;
  #readAt = -Infinity;
  #keeping: ReturnType<typeof setInterval> | undefined;
  #closing: Promise<void> | undefined;
  #isLooking = false;

  constructor(port: StreamPort, start: ReaderStart, codec: Codec<T>) {
    const { config, gaps, signals } = start;
    this.name = config.name;
    this.#port = port;
    this.#config = config;
    this.#codec = codec;
    this.#gaps = gaps;
    this.#ledger = new MessageLedger({
      stream: port.stream.name,
      consumer: config,
      access: port.access,
      uplink: port.uplink,
    });
    this.#puller = new Puller({
      connection: port.connection,
      uplink: port.uplink,
      inboxPrefix: port.inboxPrefix,
      stream: port.stream.name,
      consumer: config.name,
      onMessage: (message) => this.#take(message),
      onDoubt: () => void this.#look(),
    });
    port.readers.add(this);
    this.#stopFollowing = untilAborted(
      signals,
      () => void this.close().catch(() => {}),
    );
  }

  get closed(): Promise<void> {
    return this.#outcome.promise;
  }

  receive(options?: ReadOptions): Promise<StreamMessage<T> | undefined> {
    return new Promise((resolve, reject) => {
      const signal = readSignal(options);
      signal?.throwIfAborted();
      const reader = { resolve, reject };
      this.#read(
        signal === undefined
          ? reader
          : abortableReader(reader, signal, () => this.#waiting = undefined),
      );
    });
  }

  async info(): Promise<ConsumerInfo> {
    const info = await this.#port.access.api(
      `look at consumer ${this.name}`,
      ({ consumers }) => consumers.info(this.#port.stream.name, this.name),
    );
    return toConsumerInfo(this.name, info);
  }

  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  [Symbol.asyncIterator](): AsyncIterator<StreamMessage<T>, void, void> {
    return readerLoop((reader) => this.#read(reader), () => this.close());
  }

  /** There is a connection again. */
  restored(): void {
    this.#puller.restored();
    // A read that began without a connection has asked for nothing yet.
    if (this.#waiting !== undefined) this.#puller.pull(this.#ahead);
  }

  /** It has ended, and not by its user. */
  end(error: unknown): void {
    if (this.#closing !== undefined) return;
    this.#closing = Promise.resolve();
    this.#leave();
    void this.#puller.close().catch(() => {});
    this.#settle(error);
  }

  #read(reader: Reader<StreamMessage<T>>): void {
    if (this.#waiting !== undefined) {
      return reader.reject(
        new TroupeError(
          "Cannot receive: another read of this consumer is pending",
        ),
      );
    }
    if (this.#closing !== undefined) {
      this.closed.then(() => reader.resolve(undefined), reader.reject);
      return;
    }
    const now = performance.now();
    const { maxDeliveries, maxPendingAcks } = this.#config;
    // What is read ahead is delivered for the server, which counts.
    this.#ahead = maxDeliveries === Infinity
      ? nextAhead(
        this.#ahead,
        now - this.#readAt,
        Math.min(MAX_AHEAD, maxPendingAcks),
      )
      : 1;
    const next = this.#queue.shift();
    if (next !== undefined) return this.#give(reader, next);
    this.#waiting = reader;
    this.#puller.pull(this.#ahead);
  }

  #give(reader: Reader<StreamMessage<T>>, delivered: Delivered): void {
    let gap = 0;
    if (this.#gaps !== undefined) {
      ({ gap, state: this.#gaps } = gapBefore(this.#gaps, delivered));
    }
    this.#readAt = performance.now();
    this.#keepTheRest();
    reader.resolve(
      new NatsMessage(delivered, gap, this.#codec, this.#ledger),
    );
  }

  #take(message: Msg): void {
    const dueAt = performance.now() + this.#config.ackWaitMs;
    const delivered = toDelivered(message, dueAt);
    // More than was asked for comes again, if it is of the stream.
    if (delivered === undefined || this.#queue.length >= MAX_QUEUED) return;
    this.#ledger.add(delivered);
    if (delivered.deliveries > this.#config.maxDeliveries) {
      return void this.#giveUp(delivered);
    }
    const waiting = this.#waiting;
    if (waiting === undefined || this.#closing !== undefined) {
      this.#queue.push(delivered);
      this.#keepTheRest();
      return;
    }
    this.#waiting = undefined;
    this.#give(waiting, delivered);
  }

  /** It has come as often as it may: the reader gets another. */
  async #giveUp(delivered: Delivered): Promise<void> {
    if (this.#waiting !== undefined) this.#puller.pull(this.#ahead);
    // If it fails, the message comes again.
    await this.#ledger.giveUp(delivered, "max_deliveries").catch(() => {});
  }

  /** Begins the time of what waits to be read anew, as long as some does. */
  #keepTheRest(): void {
    if (this.#queue.length === 0 || this.#closing !== undefined) {
      clearInterval(this.#keeping);
      this.#keeping = undefined;
      return;
    }
    this.#keeping ??= setInterval(() => {
      const { length } = this.#queue;
      for (let index = 0; index < length; index++) {
        const delivered = this.#queue.shift();
        if (delivered === undefined) break;
        this.#ledger.keep(delivered);
        this.#queue.push(delivered);
      }
    }, this.#config.ackWaitMs / 3);
  }

  /** Looks whether the consumer is still there. */
  async #look(): Promise<void> {
    if (this.#isLooking || this.#closing !== undefined) return;
    this.#isLooking = true;
    try {
      await this.info();
    } catch (error) {
      const isGone = error instanceof StreamNotFoundError &&
        !this.#port.uplink.isFresh;
      // Otherwise what has pulled pulls again, and looks again.
      if (isGone) this.end(error);
    } finally {
      this.#isLooking = false;
    }
  }

  async #close(): Promise<void> {
    // Whoever asks from now on learns that it is closing.
    await Promise.resolve();
    this.#leave();
    const { access, stream } = this.#port;
    try {
      await this.#puller.close();
      if (this.#config.isKept) await this.#ledger.close();
      else {
        this.#ledger.forget();
        await access.api(
          `end consumer ${this.name}`,
          ({ consumers }) => consumers.delete(stream.name, this.name),
        );
      }
    } catch (error) {
      if (!(error instanceof StreamNotFoundError)) throw error;
    } finally {
      this.#settle();
    }
  }

  #leave(): void {
    this.#port.readers.delete(this);
    this.#stopFollowing();
    clearInterval(this.#keeping);
    this.#keeping = undefined;
  }

  #settle(...errors: [] | [unknown]): void {
    this.#outcome.settle(...errors);
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (errors.length === 0) waiting?.resolve(undefined);
    else waiting?.reject(errors[0]);
  }
}

function toConsumerInfo(name: string, info: NatsConsumerInfo): ConsumerInfo {
  return {
    name,
    waiting: info.num_pending,
    pendingAcks: info.num_ack_pending,
    redelivered: info.num_redelivered,
    ackFloor: info.ack_floor.stream_seq,
  };
}
