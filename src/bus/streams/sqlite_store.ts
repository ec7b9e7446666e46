/**
 * The tables of one stream.
 *
 * A publish is one row. How many messages and bytes there are, and which is the
 * last of a subject, is written when something is removed and now and then; on
 * the way, it is what the rows above the last such point say.
 *
 * @module
 */
import type { ResolvedConsumer } from "./consumer_config.ts";
import type { Row, SqliteFile } from "./sqlite_file.ts";
import type {
  ConsumerChange,
  StoredBatch,
  StoredConsumer,
  StoredHead,
  StoredMessage,
  StoreSummary,
  StreamStore,
} from "./store.ts";
import { sizeOf } from "./message_size.ts";
import { SqliteConsumers } from "./sqlite_consumers.ts";
import { SqliteReads } from "./sqlite_reads.ts";
import { type Statements, statementsOf } from "./sqlite_statements.ts";
import { SubjectCounts } from "./subject_counts.ts";
import type { SubjectFilter } from "./subject_filter.ts";

/** Numbers that one read looks at, at most. */
const MAX_SCANNED = 4096;
/** Messages after which the head is written, so that little is counted again. */
const HEAD_MESSAGES = 10_000;

const utf8 = new TextEncoder();

/** The messages, ids and consumers of one stream in a file. */
export class SqliteStore implements StreamStore {
  readonly #summary = {
    messages: 0,
    bytes: 0,
    firstSequence: 1,
    lastSequence: 0,
    lastTimestampMs: 0,
  };
  readonly #file: SqliteFile;
  readonly #id: number;
  readonly #sql: Statements;
  readonly #isIndexed: boolean;
  readonly #reads: SqliteReads;
  readonly #consumers: SqliteConsumers;
  readonly #counts: SubjectCounts;
  /** The number of the last message that the head in the file counts. */
  #headSequence = 0;
  /** Whether it is known what is there. */
  #isKnown = false;
  /** Whether the head in the file does not say what is there. */
  #isHeadOld = false;

  constructor(file: SqliteFile, id: number, isIndexed: boolean) {
    this.#file = file;
    this.#id = id;
    this.#isIndexed = isIndexed;
    this.#sql = statementsOf(file, id);
    this.#reads = new SqliteReads(file, id);
    this.#consumers = new SqliteConsumers(file, id);
    this.#counts = new SubjectCounts(file, id);
    this.#know();
  }

  /** Creates the tables of a stream that is new. */
  static createTables(file: SqliteFile, id: number, isIndexed: boolean): void {
    file.exec(`
      CREATE TABLE messages_${id} (
        sequence INTEGER PRIMARY KEY,
        subject TEXT NOT NULL,
        at_ms INTEGER NOT NULL,
        payload BLOB NOT NULL
      ) STRICT;
      CREATE TABLE subjects_${id} (
        subject TEXT PRIMARY KEY,
        messages INTEGER NOT NULL,
        last INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE ids_${id} (
        id BLOB PRIMARY KEY,
        sequence INTEGER NOT NULL,
        at_ms INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX ids_${id}_at ON ids_${id} (at_ms);
    `);
    if (isIndexed) {
      file.exec(
        `CREATE INDEX messages_${id}_subject ON messages_${id} (subject, sequence)`,
      );
    }
  }

  /** Removes the tables. */
  drop(): void {
    this.#consumers.removeAll();
    this.#file.exec(`
      DROP TABLE messages_${this.#id};
      DROP TABLE subjects_${this.#id};
      DROP TABLE ids_${this.#id};
      DELETE FROM streams WHERE id = ${this.#id};
    `);
  }

  /** A commit has failed: what is there is to be found out again. */
  rolledBack(): void {
    this.#isKnown = false;
  }

  /** Finds out what is there, if that is not known. */
  #know(): void {
    if (this.#isKnown) return;
    const head = this.#sql.head.get() ?? {};
    this.#headSequence = Number(head.last);
    const since = this.#sql.since.get(BigInt(this.#headSequence)) ?? {};
    const summary = this.#summary;
    summary.messages = Number(head.messages) + Number(since.messages);
    summary.bytes = Number(head.bytes) + Number(since.bytes);
    summary.lastSequence = Number(since.last ?? head.last);
    summary.lastTimestampMs = Number(since.last_ms ?? head.last_ms);
    this.#findFirst();
    this.#isHeadOld = false;
    this.#counts.reload(this.#headSequence);
    this.#isKnown = true;
  }

  get summary(): StoreSummary {
    this.#know();
    return this.#summary;
  }

  #findFirst(): void {
    const first = this.#sql.first.get()?.sequence;
    this.#summary.firstSequence = Number(
      first ?? this.#summary.lastSequence + 1,
    );
  }

  append(message: StoredMessage): void {
    const { sequence, subject, size, timestampMs, bytes } = message;
    this.#sql.append.run(
      BigInt(sequence),
      subject,
      BigInt(timestampMs),
      bytes,
    );
    const summary = this.#summary;
    if (summary.messages === 0) summary.firstSequence = sequence;
    summary.messages++;
    summary.bytes += size;
    summary.lastSequence = sequence;
    summary.lastTimestampMs = timestampMs;
    this.#counts.add(subject, sequence);
    if (sequence - this.#headSequence >= HEAD_MESSAGES) this.#isHeadOld = true;
  }

  skipTo(sequence: number, timestampMs: number): void {
    const summary = this.#summary;
    summary.lastSequence = sequence;
    summary.lastTimestampMs = timestampMs;
    if (summary.messages === 0) summary.firstSequence = sequence + 1;
    this.#isHeadOld = true;
  }

  /** Writes how much there is; part of a commit. */
  saveHead(): void {
    if (!this.#isKnown) return;
    const { messages, bytes, lastSequence, lastTimestampMs } = this.#summary;
    this.#sql.saveHead.run(
      BigInt(messages),
      BigInt(bytes),
      BigInt(lastSequence),
      BigInt(lastTimestampMs),
    );
    this.#counts.save();
    this.#headSequence = lastSequence;
    this.#isHeadOld = false;
  }

  /** Writes what the head has to say, as the commit ends. */
  beforeCommit(): void {
    if (this.#isHeadOld) this.saveHead();
  }

  get(sequence: number): StoredMessage | undefined {
    const row = this.#sql.get.get(BigInt(sequence));
    return row && messageOf(row);
  }

  read(
    afterSequence: number,
    throughSequence: number,
    filter: SubjectFilter,
    maxMessages: number,
    maxBytes: number,
  ): StoredBatch {
    const after = Math.max(afterSequence, this.summary.firstSequence - 1);
    const through = filter.isAll
      ? throughSequence
      : Math.min(throughSequence, after + MAX_SCANNED);
    const { found, isAll } = this.#reads.read(
      after,
      through,
      filter,
      maxMessages,
      maxBytes,
    );
    const messages = found.filter(({ subject }) => filter.test(subject));
    const last = found.at(-1);
    if (last !== undefined && !isAll) {
      return { messages, reachedSequence: last.sequence };
    }
    // A hole may be long: what is beyond it is the next to look at.
    const next = this.heads(through, 1)[0]?.sequence ?? Infinity;
    return {
      messages,
      reachedSequence: Math.max(
        Math.min(next - 1, throughSequence),
        afterSequence,
      ),
    };
  }

  heads(afterSequence: number, maxMessages: number): readonly StoredHead[] {
    return this.#sql.heads.all(BigInt(afterSequence), BigInt(maxMessages))
      .map(headOf);
  }

  last(subject: string): StoredMessage | undefined {
    const sequence = this.#counts.last(subject);
    return sequence === undefined ? undefined : this.get(sequence);
  }

  lastSequences(filter: SubjectFilter): readonly number[] {
    return this.#counts.lastSequences(filter);
  }

  excess(subject: string, kept: number): readonly StoredHead[] {
    if (!this.#isIndexed) return [];
    return this.#sql.excess.all(subject, BigInt(kept)).map(headOf);
  }

  firstSequenceAt(timeMs: number): number {
    // Times follow numbers, and holes are few.
    const { firstSequence, lastSequence } = this.summary;
    let [low, high] = [firstSequence, lastSequence];
    let found = high + 1;
    while (low <= high) {
      const middle = Math.floor((low + high) / 2);
      const next = this.heads(middle - 1, 1)[0];
      if (next === undefined) high = middle - 1;
      else if (next.timestampMs >= timeMs) {
        found = next.sequence;
        high = middle - 1;
      } else low = next.sequence + 1;
    }
    return found;
  }

  remove(sequences: readonly number[]): void {
    this.#know();
    const summary = this.#summary;
    let isRemoved = false;
    for (const sequence of sequences) {
      const row = this.#sql.remove.get(BigInt(sequence));
      if (row === undefined) continue;
      const { subject, size } = headOf(row);
      summary.messages--;
      summary.bytes -= size;
      this.#counts.remove(subject, sequence);
      isRemoved = true;
    }
    if (!isRemoved) return;
    this.#findFirst();
    this.#isHeadOld = true;
  }

  sequenceOfId(id: string, sinceMs: number): number | undefined {
    const since = BigInt(Math.floor(Math.max(sinceMs, 0)));
    const row = this.#sql.idOf.get(utf8.encode(id), since);
    return row && Number(row.sequence);
  }

  rememberId(id: string, sequence: number, nowMs: number): void {
    this.#sql.rememberId.run(
      utf8.encode(id),
      BigInt(sequence),
      BigInt(nowMs),
    );
  }

  forgetIds(beforeMs: number): void {
    if (beforeMs < 0) return;
    this.#sql.forgetIds.run(BigInt(Math.floor(beforeMs)));
  }

  consumers(): readonly StoredConsumer[] {
    return this.#consumers.all();
  }

  addConsumer(config: ResolvedConsumer): void {
    this.#consumers.add(config);
  }

  changeConsumer(name: string, change: ConsumerChange): void {
    this.#consumers.change(name, change);
  }

  removeConsumer(name: string): void {
    this.#consumers.remove(name);
  }
}

function headOf(row: Row): StoredHead {
  return {
    sequence: Number(row.sequence),
    subject: String(row.subject),
    size: Number(row.size),
    timestampMs: Number(row.at_ms),
  };
}

function messageOf(row: Row): StoredMessage {
  const subject = String(row.subject);
  const bytes = row.payload as Uint8Array;
  return {
    sequence: Number(row.sequence),
    subject,
    size: sizeOf(subject, bytes),
    timestampMs: Number(row.at_ms),
    bytes,
  };
}
