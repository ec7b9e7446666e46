/**
 * What goes to the server: in order, and confirmed. The client of NATS forgets
 * without a word what it is given while it has no connection; here it waits in
 * an outbox.
 *
 * A message that was handed to the client and not confirmed when the connection
 * is lost has arrived or not, and is not sent again: at most once.
 *
 * @module
 */
import type {
  NatsConnection,
  PublishOptions as NatsPublishOptions,
} from "@nats-io/transport-node";
import { Ring } from "../../actor/internal.ts";
import { BusClosedError, BusForbiddenError, BusLimitError } from "../errors.ts";
import { Batch } from "./batch.ts";
import { BusInterruptedError } from "./errors.ts";

/** A message that waits for a connection, or a flush if it has no subject. */
interface Held {
  readonly subject: string | undefined;
  readonly bytes: Uint8Array;
  readonly options: NatsPublishOptions | undefined;
  /** Whether nobody waits for it any more. */
  readonly signal: AbortSignal | undefined;
  readonly outcome: PromiseWithResolvers<void>;
}

/** How much of the server's attention a message without payload costs. */
const OVERHEAD_BYTES = 32;
const NOTHING = new Uint8Array();
/** For how long a server is not believed that a stream is not there. */
const FRESH_MS = 5000;
/** What a flush is called in a batch; no subject is. */
const FLUSH = "";

/** The way to the server. */
export class Uplink {
  readonly #connection: NatsConnection;
  readonly #maxBytes: number;
  #maxPayload: number;
  #isUp = true;
  #restoredAt = -Infinity;
  /** Those who want what is sent to wait. */
  #holds = 0;
  #ended: Error | undefined;
  readonly #held = new Ring<Held>();
  /** Bytes that are not confirmed, on their way or held. */
  #bytes = 0;
  #collecting: Batch | undefined;
  #inFlight: Batch | undefined;
  #isFlushing = false;
  /** Whether what is not allowed is reported, after the pong. */
  readonly #hasPermissions: boolean;
  #whenUp = Promise.withResolvers<void>();

  constructor(connection: NatsConnection, maxBytes: number) {
    this.#connection = connection;
    this.#maxBytes = maxBytes;
    this.#maxPayload = connection.info?.max_payload ?? 1_048_576;
    this.#hasPermissions = connection.info?.auth_required ?? false;
    this.#whenUp.resolve();
  }

  /** Whether nothing is sent any more. */
  get isEnded(): boolean {
    return this.#ended !== undefined;
  }

  /** Whether there is a connection. */
  get isUp(): boolean {
    return this.#isUp;
  }

  /** Whether the server may not have found all of its streams yet. */
  get isFresh(): boolean {
    return performance.now() - this.#restoredAt < FRESH_MS;
  }

  /** Resolves when there is a connection; rejects when there will be none. */
  whenUp(): Promise<void> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    return this.#whenUp.promise;
  }

  /** Throws if the bus has ended. */
  check(): void {
    if (this.#ended !== undefined) throw this.#ended;
  }

  /**
   * Sends a message, after all that were sent before. Resolves when the server
   * has it.
   *
   * @throws {BusLimitError} if it is too large, or too much waits.
   * @throws {BusClosedError} if the bus has ended.
   */
  send(
    subject: string,
    bytes: Uint8Array,
    options?: NatsPublishOptions,
    signal?: AbortSignal,
  ): Promise<void> {
    this.check();
    this.#checkSize(subject, bytes.length);
    this.#bytes += bytes.length + OVERHEAD_BYTES;
    if (this.#isUp && this.#holds === 0 && this.#held.length === 0) {
      return this.#write(subject, bytes, options);
    }
    return this.#hold(subject, bytes, options, signal);
  }

  /** Resolves when the server has all that was sent before. */
  flush(): Promise<void> {
    this.check();
    return this.#isUp && this.#holds === 0 && this.#held.length === 0
      ? this.#collect().add(FLUSH, 0)
      : this.#hold(undefined, NOTHING, undefined, undefined);
  }

  /** Lets what is sent wait until the promise settles. */
  async holdFor<T>(promise: Promise<T>): Promise<T> {
    this.#holds++;
    try {
      return await promise;
    } finally {
      this.#holds--;
      this.#release();
    }
  }

  /** The connection is lost, or about to be made again. */
  lost(): void {
    if (this.#ended !== undefined) return;
    if (this.#isUp) {
      this.#isUp = false;
      this.#whenUp = Promise.withResolvers();
      this.#whenUp.promise.catch(() => {});
    }
    this.#failBatches(
      new BusInterruptedError(
        "Cannot say whether the server has a message: the connection was lost before it was confirmed",
      ),
    );
  }

  /** There is a connection again. */
  restored(): void {
    if (this.#isUp || this.#ended !== undefined) return;
    this.#isUp = true;
    this.#restoredAt = performance.now();
    this.#maxPayload = this.#connection.info?.max_payload ?? this.#maxPayload;
    this.#whenUp.resolve();
    this.#release();
  }

  /** The server does not let this client publish on a subject. */
  refused(subject: string, cause: Error): void {
    const error = new BusForbiddenError(
      `Cannot publish on ${subject}: the server does not allow it`,
      { cause },
    );
    this.#inFlight?.refuse(subject, error);
    this.#collecting?.refuse(subject, error);
  }

  /** Nothing is sent any more. */
  end(error: BusClosedError): void {
    if (this.#ended !== undefined) return;
    this.#ended = error;
    this.#whenUp.reject(error);
    this.#whenUp.promise.catch(() => {});
    this.#failBatches(error);
    for (let held; (held = this.#held.shift()) !== undefined;) {
      held.outcome.reject(error);
    }
  }

  #hold(
    subject: string | undefined,
    bytes: Uint8Array,
    options: NatsPublishOptions | undefined,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const outcome = Promise.withResolvers<void>();
    outcome.promise.catch(() => {});
    this.#held.push({ subject, bytes, options, signal, outcome });
    return outcome.promise;
  }

  #checkSize(subject: string, length: number): void {
    if (length > this.#maxPayload) {
      throw new BusLimitError(
        `Cannot publish on ${subject}: the message has ${length} bytes, the server takes ${this.#maxPayload}`,
      );
    }
    if (this.#bytes > 0 && this.#bytes + length > this.#maxBytes) {
      throw new BusLimitError(
        `Cannot publish on ${subject}: ${this.#bytes} bytes are not confirmed, maxOutboxBytes is ${this.#maxBytes}; wait for a publish now and then`,
      );
    }
  }

  #write(
    subject: string,
    bytes: Uint8Array,
    options: NatsPublishOptions | undefined,
  ): Promise<void> {
    try {
      this.#connection.publish(subject, bytes, options);
    } catch (cause) {
      this.#bytes -= bytes.length + OVERHEAD_BYTES;
      throw new BusClosedError(
        `Cannot publish on ${subject}: the connection has ended`,
        { cause },
      );
    }
    return this.#collect().add(subject, bytes.length + OVERHEAD_BYTES);
  }

  #collect(): Batch {
    if (this.#collecting === undefined) {
      this.#collecting = new Batch();
      if (this.#inFlight === undefined && !this.#isFlushing) {
        this.#isFlushing = true;
        queueMicrotask(() => this.#flushBatch());
      }
    }
    return this.#collecting;
  }

  #flushBatch(): void {
    this.#isFlushing = false;
    const batch = this.#collecting;
    if (batch === undefined || this.#inFlight !== undefined) return;
    this.#collecting = undefined;
    this.#inFlight = batch;
    this.#connection.flush().then(
      () => {
        if (!this.#hasPermissions) return this.#confirmed(batch);
        // A refusal has come before, and is reported a few steps later.
        setTimeout(() => this.#confirmed(batch), 0);
      },
      () => {
        if (this.#inFlight === batch) this.lost();
      },
    );
  }

  #confirmed(batch: Batch): void {
    if (this.#inFlight !== batch) return;
    this.#inFlight = undefined;
    this.#bytes -= batch.bytes;
    batch.confirm();
    if (this.#collecting !== undefined) this.#flushBatch();
  }

  #failBatches(error: Error): void {
    for (const batch of [this.#inFlight, this.#collecting]) {
      if (batch === undefined) continue;
      this.#bytes -= batch.bytes;
      batch.fail(error);
    }
    this.#inFlight = undefined;
    this.#collecting = undefined;
  }

  /** Sends what was held, as far as there is a connection. */
  #release(): void {
    while (this.#isUp && this.#holds === 0) {
      const held = this.#held.shift();
      if (held === undefined) return;
      const { subject, bytes, options, signal, outcome } = held;
      if (signal?.aborted) {
        this.#bytes -= bytes.length + OVERHEAD_BYTES;
        outcome.reject(signal.reason);
        continue;
      }
      try {
        const sent = subject === undefined
          ? this.#collect().add(FLUSH, 0)
          : this.#write(subject, bytes, options);
        sent.then(outcome.resolve, outcome.reject);
      } catch (error) {
        outcome.reject(error);
      }
    }
  }
}
