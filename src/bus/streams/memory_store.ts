/**
 * Messages in memory, which end with the process.
 *
 * @module
 */
import type { ResolvedConsumer } from "./consumer_config.ts";
import type {
  StoredBatch,
  StoredConsumer,
  StoredHead,
  StoredMessage,
  StreamStorage,
  StreamStore,
} from "./store.ts";
import type { ResolvedStream } from "./stream_config.ts";
import type { SubjectFilter } from "./subject_filter.ts";

/** Places that one read looks at, at most. */
const MAX_SCANNED = 4096;
/** Free places at the front that are worth a copy of the rest. */
const MIN_FREED = 1024;

/** The streams of a bus whose messages are in memory. */
export class MemoryStorage implements StreamStorage {
  streams(): readonly (readonly [ResolvedStream, StreamStore])[] {
    return [];
  }

  create(): StreamStore {
    return new MemoryStore();
  }

  drop(): void {}

  /** Nothing that is written here can fail, so nothing is taken back. */
  commit(_synced: boolean, action: () => void): void {
    action();
  }

  close(): void {}
}

/** The messages of one subject by their numbers, oldest first. */
interface SubjectIndex {
  sequences: number[];
  /** Where the oldest is. */
  start: number;
}

class MemoryStore implements StreamStore {
  /** The message of each number from `#base` on, as far as it is kept. */
  #slots: (StoredMessage | undefined)[] = [];
  #base = 1;
  readonly summary = {
    messages: 0,
    bytes: 0,
    firstSequence: 1,
    lastSequence: 0,
    lastTimestampMs: 0,
  };
  readonly #subjects = new Map<string, SubjectIndex>();
  /** Ids with their numbers and times, oldest first. */
  readonly #ids = new Map<string, readonly [number, number]>();

  append(message: StoredMessage): void {
    const { subject, sequence } = message;
    this.#slots.push({ ...message, bytes: alone(message.bytes) });
    this.summary.messages++;
    this.summary.bytes += message.size;
    this.summary.lastSequence = sequence;
    this.summary.lastTimestampMs = message.timestampMs;
    const index = this.#subjects.get(subject);
    if (index !== undefined) index.sequences.push(sequence);
    else this.#subjects.set(subject, { sequences: [sequence], start: 0 });
  }

  skipTo(sequence: number, timestampMs: number): void {
    while (this.#base + this.#slots.length <= sequence) {
      this.#slots.push(undefined);
    }
    this.summary.lastSequence = sequence;
    this.summary.lastTimestampMs = timestampMs;
    this.#dropFront();
  }

  get(sequence: number): StoredMessage | undefined {
    return this.#slots[sequence - this.#base];
  }

  read(
    afterSequence: number,
    throughSequence: number,
    filter: SubjectFilter,
    maxMessages: number,
    maxBytes: number,
  ): StoredBatch {
    const messages: StoredMessage[] = [];
    let bytes = 0;
    let at = Math.max(afterSequence, this.summary.firstSequence - 1);
    const end = Math.min(throughSequence, at + MAX_SCANNED);
    while (at < end && messages.length < maxMessages && bytes < maxBytes) {
      const message = this.get(++at);
      if (message === undefined || !filter.test(message.subject)) continue;
      messages.push(message);
      bytes += message.size;
    }
    return { messages, reachedSequence: at };
  }

  heads(afterSequence: number, maxMessages: number): readonly StoredHead[] {
    const heads: StoredHead[] = [];
    const { firstSequence } = this.summary;
    let index = Math.max(afterSequence + 1, firstSequence) - this.#base;
    for (; index < this.#slots.length && heads.length < maxMessages; index++) {
      const message = this.#slots[index];
      if (message !== undefined) heads.push(message);
    }
    return heads;
  }

  last(subject: string): StoredMessage | undefined {
    return this.get(this.#subjects.get(subject)?.sequences.at(-1) ?? 0);
  }

  lastSequences(filter: SubjectFilter): readonly number[] {
    const found: number[] = [];
    for (const [subject, { sequences }] of this.#subjects) {
      if (filter.test(subject)) found.push(sequences.at(-1) ?? 0);
    }
    return found.sort((one, other) => one - other);
  }

  excess(subject: string, kept: number): readonly StoredHead[] {
    const index = this.#subjects.get(subject);
    if (index === undefined) return [];
    const { sequences, start } = index;
    return sequences.slice(start, Math.max(sequences.length - kept, start))
      .flatMap((sequence) => this.get(sequence) ?? []);
  }

  firstSequenceAt(timeMs: number): number {
    const found = this.#slots.find((message) =>
      message !== undefined && message.timestampMs >= timeMs
    );
    return found?.sequence ?? this.#base + this.#slots.length;
  }

  remove(sequences: readonly number[]): void {
    for (const sequence of sequences) {
      const message = this.get(sequence);
      if (message === undefined) continue;
      this.#slots[sequence - this.#base] = undefined;
      this.summary.messages--;
      this.summary.bytes -= message.size;
      this.#removeFrom(message.subject, sequence);
    }
    this.#dropFront();
  }

  #removeFrom(subject: string, sequence: number): void {
    const index = this.#subjects.get(subject);
    if (index === undefined) return;
    const { sequences } = index;
    if (sequences[index.start] === sequence) {
      index.start++;
      if (index.start >= MIN_FREED && index.start * 2 > sequences.length) {
        index.sequences = sequences.slice(index.start);
        index.start = 0;
      }
    } else if (sequences.at(-1) === sequence) sequences.pop();
    else sequences.splice(sequences.indexOf(sequence, index.start), 1);
    if (index.sequences.length === index.start) this.#subjects.delete(subject);
  }

  /** Passes the places at the front whose messages are gone, and frees them. */
  #dropFront(): void {
    const { summary } = this;
    while (
      summary.firstSequence <= summary.lastSequence &&
      this.get(summary.firstSequence) === undefined
    ) summary.firstSequence++;
    const free = summary.firstSequence - this.#base;
    if (free < MIN_FREED || free * 2 < this.#slots.length) return;
    this.#slots = this.#slots.slice(free);
    this.#base += free;
  }

  sequenceOfId(id: string, sinceMs: number): number | undefined {
    const found = this.#ids.get(id);
    return found === undefined || found[1] <= sinceMs ? undefined : found[0];
  }

  rememberId(id: string, sequence: number, nowMs: number): void {
    this.#ids.delete(id);
    this.#ids.set(id, [sequence, nowMs]);
  }

  forgetIds(beforeMs: number): void {
    for (const [id, [, timeMs]] of this.#ids) {
      if (timeMs > beforeMs) return;
      this.#ids.delete(id);
    }
  }

  consumers(): readonly StoredConsumer[] {
    return [];
  }

  addConsumer(_config: ResolvedConsumer): void {}

  changeConsumer(): void {}

  removeConsumer(): void {}
}

/** Returns bytes that keep no larger buffer alive. */
function alone(bytes: Uint8Array): Uint8Array {
  return bytes.buffer.byteLength > 2 * bytes.length ? bytes.slice() : bytes;
}
