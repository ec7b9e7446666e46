/**
 * Where messages of streams are kept: one interface for memory and for a file.
 * All calls are synchronous, and what is written belongs to a commit.
 *
 * @module
 */
import type { ResolvedStream } from "./stream_config.ts";
import type { ResolvedConsumer } from "./consumer_config.ts";
import type { SubjectFilter } from "./subject_filter.ts";

/** A message that a stream keeps, without its payload. */
export interface StoredHead {
  readonly sequence: number;
  readonly subject: string;
  /** Bytes of the subject and the payload. */
  readonly size: number;
  readonly timestampMs: number;
}

/** A message that a stream keeps. */
export interface StoredMessage extends StoredHead {
  readonly bytes: Uint8Array;
}

/** What a stream holds, that of the commit in progress included. */
export interface StoreSummary {
  readonly messages: number;
  readonly bytes: number;
  /** The number of the oldest message; that of the next one if there is none. */
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly lastTimestampMs: number;
}

/** Some messages in order, and how far a read has come. */
export interface StoredBatch {
  readonly messages: readonly StoredMessage[];
  /** All messages up to this number were looked at. */
  readonly reachedSequence: number;
}

/** What a consumer with a name is known by after a restart. */
export interface StoredConsumer {
  readonly config: ResolvedConsumer;
  readonly position: ConsumerPosition;
  /** How often each message came that is not done with, by its number. */
  readonly pending: ReadonlyMap<number, number>;
}

/** How far a consumer has come. */
export interface ConsumerPosition {
  readonly cursor: number;
  readonly gap: number;
  readonly redelivered: number;
}

/** What has changed about a consumer since its last commit. */
export interface ConsumerChange extends ConsumerPosition {
  /** Messages that are not done with, and how often they came. */
  readonly saved: readonly (readonly [sequence: number, deliveries: number])[];
  /** Messages that are done with. */
  readonly removed: readonly number[];
}

/** The messages, ids and consumers of one stream. */
export interface StreamStore {
  readonly summary: StoreSummary;
  /** Adds a message with a number above that of the last one. */
  append(message: StoredMessage): void;
  /** Raises the number of the last message without one that is kept. */
  skipTo(sequence: number, timestampMs: number): void;
  get(sequence: number): StoredMessage | undefined;
  /** Reads up to a number of messages and bytes, in a bounded time. */
  read(
    afterSequence: number,
    throughSequence: number,
    filter: SubjectFilter,
    maxMessages: number,
    maxBytes: number,
  ): StoredBatch;
  /** Returns the oldest messages above a number. */
  heads(afterSequence: number, maxMessages: number): readonly StoredHead[];
  /** Returns the last message of a subject. */
  last(subject: string): StoredMessage | undefined;
  /** Returns the numbers of the last messages of all subjects that match. */
  lastSequences(filter: SubjectFilter): readonly number[];
  /** Returns all messages of a subject but the newest. */
  excess(subject: string, kept: number): readonly StoredHead[];
  /** Returns the number of the first message of a time or later. */
  firstSequenceAt(timeMs: number): number;
  /** Removes messages by their numbers; one that is not there does no harm. */
  remove(sequences: readonly number[]): void;
  /** Returns the number of the message with an id that is not too old. */
  sequenceOfId(id: string, sinceMs: number): number | undefined;
  rememberId(id: string, sequence: number, nowMs: number): void;
  forgetIds(beforeMs: number): void;
  consumers(): readonly StoredConsumer[];
  addConsumer(config: ResolvedConsumer): void;
  changeConsumer(name: string, change: ConsumerChange): void;
  removeConsumer(name: string): void;
}

/** All streams that are kept in one place. */
export interface StreamStorage {
  /** Returns the streams that there are. */
  streams(): readonly (readonly [ResolvedStream, StreamStore])[];
  create(config: ResolvedStream): StreamStore;
  drop(name: string): void;
  /**
   * Does all that `action` writes, or nothing of it.
   *
   * @param synced Whether it is to survive a power failure.
   * @throws {StreamStorageError} if it cannot be written.
   */
  commit(synced: boolean, action: () => void): void;
  close(): void;
}
