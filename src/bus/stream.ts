/**
 * Streams: messages that are kept, for readers who come later or come back.
 *
 * @module
 */
import type { Subject } from "./subject.ts";
import type { ConsumeOptions, Consumer } from "./consumer.ts";
import type { MsgpackValue } from "../codec/mod.ts";

/**
 * When a publish is acknowledged.
 *
 * - `memory`: when the process of the stream has it; its end loses it.
 * - `written`: when the operating system has it; a power failure may lose it.
 * - `synced`: when the disk has it (fsync).
 */
export type Durability = "memory" | "written" | "synced";

/** Options of {@linkcode MessageBus.stream}. */
export interface StreamOptions {
  /**
   * The subjects whose messages are kept, as patterns; no other stream of the
   * bus may keep one of them.
   */
  readonly subjects: readonly string[];
  /**
   * When a publish is acknowledged; `memory` where the bus has no directory.
   * @default {"synced"}
   */
  readonly durability?: Durability;
  /**
   * Messages that are kept at most.
   * @default {Infinity}
   */
  readonly maxMessages?: number;
  /**
   * Messages of one subject that are kept at most.
   * @default {Infinity}
   */
  readonly maxMessagesPerSubject?: number;
  /**
   * Bytes that are kept at most, of subjects and messages.
   * @default {Infinity}
   */
  readonly maxBytes?: number;
  /**
   * Milliseconds for which a message is kept.
   * @default {Infinity}
   */
  readonly maxAgeMs?: number;
  /**
   * What is done when `maxMessages` or `maxBytes` is reached: the oldest go, or
   * a publish is refused with {@linkcode StreamFullError}.
   * @default {"oldest"}
   */
  readonly discard?: "oldest" | "newest";
  /**
   * How long a message is kept within the limits: until they are reached; as
   * long as some consumer has not acknowledged it (`interest`); or until one
   * consumer has, of which there is one for a subject (`work_queue`).
   * @default {"limits"}
   */
  readonly retention?: "limits" | "interest" | "work_queue";
  /**
   * Milliseconds for which the `id` of a publish is remembered, so that a second
   * one with it is not kept again.
   * @default {120_000}
   */
  readonly duplicateWindowMs?: number;
}

/** Options of {@linkcode BusStream.publish}. */
export interface StreamPublishOptions {
  /** Names the message, so that it is kept once however often it is sent. */
  readonly id?: string;
  /**
   * The sequence number that the last message of the stream must have, or the
   * publish is refused with {@linkcode StreamConflictError}.
   */
  readonly expectedLastSequence?: number;
  /** Stops waiting; the message may be kept or not. */
  readonly signal?: AbortSignal;
}

/** What a stream says of a message that it keeps. */
export interface PublishAck {
  /** The name of the stream. */
  readonly stream: string;
  /** The number of the message in the stream, from 1 on. */
  readonly sequence: number;
  /** Whether it was kept already, by its `id`. */
  readonly isDuplicate: boolean;
}

/** A message that is read from a stream by its number or subject. */
export interface StreamRecord<T> {
  /** The subject that it was published on. */
  readonly subject: string;
  /** The value that was published. */
  readonly value: T;
  /** The number of the message in the stream, from 1 on. */
  readonly sequence: number;
  /** When it was kept, in milliseconds since 1970. */
  readonly timestampMs: number;
}

/** What a stream holds. */
export interface StreamInfo {
  /** The name of the stream. */
  readonly name: string;
  /** Its options, with defaults filled in. */
  readonly options: Required<StreamOptions>;
  /** Messages that it keeps. */
  readonly messages: number;
  /** Their bytes, of subjects and messages. */
  readonly bytes: number;
  /** The number of its oldest message; that of the next one if it has none. */
  readonly firstSequence: number;
  /** The number of its newest message so far, kept or not; 0 before the first. */
  readonly lastSequence: number;
  /** Its consumers by name, those without one included. */
  readonly consumers: readonly string[];
}

/**
 * A stream of a bus. Whatever is published on its subjects is kept, by its own
 * `publish` or by that of the bus, and goes to live subscribers as well.
 */
export interface BusStream {
  /** The name of the stream. */
  readonly name: string;
  /**
   * Publishes a message, and resolves when the stream keeps it as its
   * `durability` says. If it rejects with `BusClosedError`, or an error of the
   * connection, it may be kept or not: publish it again with the same `id`.
   *
   * @throws {StreamFullError | StreamConflictError} as a rejection, if it is
   * refused.
   * @throws {TypeError} as a rejection, for a subject that is not of the stream.
   */
  publish(
    subject: string,
    value: MsgpackValue,
    options?: StreamPublishOptions,
  ): Promise<PublishAck>;
  /** Publishes a message of a typed subject. */
  publish<T, R>(
    subject: Subject<T, R>,
    value: T,
    options?: StreamPublishOptions,
  ): Promise<PublishAck>;
  /**
   * Starts a consumer of all messages of the stream whose subject matches, or
   * goes on with one that has a name.
   *
   * @throws {StreamNotFoundError} as a rejection, if the stream was deleted.
   * @throws {StreamConfigError} as a rejection, if there is a consumer of that
   * name with other options.
   */
  consume(
    pattern: string,
    options?: ConsumeOptions,
  ): Promise<Consumer<MsgpackValue>>;
  /** Starts a consumer of the messages of a typed subject. */
  consume<T, R>(
    pattern: Subject<T, R>,
    options?: ConsumeOptions,
  ): Promise<Consumer<T>>;
  /**
   * Returns the last message of a subject, or `undefined` if none is kept.
   */
  last(subject: string): Promise<StreamRecord<MsgpackValue> | undefined>;
  /** Returns the last message of a typed subject. */
  last<T, R>(subject: Subject<T, R>): Promise<StreamRecord<T> | undefined>;
  /** Returns what the stream holds. */
  info(): Promise<StreamInfo>;
  /** Removes messages: all, those that match, or those before a number. */
  purge(
    options?: {
      readonly pattern?: string;
      readonly beforeSequence?: number;
    },
  ): Promise<{ readonly purged: number }>;
  /** Ends a consumer that has a name, and forgets what it has acknowledged. */
  deleteConsumer(name: string): Promise<void>;
  /** Removes the stream, its messages and its consumers. */
  delete(): Promise<void>;
}
