/**
 * How many messages each subject of a stream has, and which is its last. What
 * has changed since the last head is in memory; the rest is in a table.
 *
 * @module
 */
import type { SqliteFile, Statement } from "./sqlite_file.ts";
import type { SubjectFilter } from "./subject_filter.ts";

/** What has changed about one subject. */
interface Change {
  /** Messages more, or fewer. */
  messages: number;
  /** The last that was added, 0 if none was. */
  added: number;
  /** The last that was removed, 0 if none was. */
  removed: number;
}

/** The counts of the subjects of one stream. */
export class SubjectCounts {
  #changes = new Map<string, Change>();
  readonly #sql: Readonly<
    Record<"save" | "clean" | "last" | "all" | "since" | "find", Statement>
  >;

  constructor(file: SqliteFile, id: number) {
    this.#sql = {
      // What was removed last may be the last that there was: 0 is to be found.
      save: file.prepare(`
        INSERT INTO subjects_${id} VALUES (?1, ?2, iif(?3 > ?4, ?3, 0))
        ON CONFLICT DO UPDATE SET
          messages = messages + ?2,
          last = iif(max(last, ?3) > ?4, max(last, ?3), 0)
      `),
      clean: file.prepare(
        `DELETE FROM subjects_${id} WHERE subject = ? AND messages <= 0`,
      ),
      last: file.prepare(`SELECT last FROM subjects_${id} WHERE subject = ?`),
      all: file.prepare(`SELECT subject, last FROM subjects_${id}`),
      since: file.prepare(
        `SELECT subject, count(*) AS messages, max(sequence) AS last FROM messages_${id} WHERE sequence > ? GROUP BY subject`,
      ),
      find: file.prepare(
        `SELECT sequence AS last FROM messages_${id} WHERE subject = ? ORDER BY sequence DESC LIMIT 1`,
      ),
    };
  }

  /** Finds out what has changed since the head in the file. */
  reload(headSequence: number): void {
    this.#changes = new Map();
    for (const row of this.#sql.since.all(BigInt(headSequence))) {
      this.#changes.set(String(row.subject), {
        messages: Number(row.messages),
        added: Number(row.last),
        removed: 0,
      });
    }
  }

  add(subject: string, sequence: number): void {
    const change = this.#changeOf(subject);
    change.messages++;
    change.added = sequence;
  }

  remove(subject: string, sequence: number): void {
    const change = this.#changeOf(subject);
    change.messages--;
    change.removed = Math.max(change.removed, sequence);
  }

  #changeOf(subject: string): Change {
    let change = this.#changes.get(subject);
    if (change === undefined) {
      change = { messages: 0, added: 0, removed: 0 };
      this.#changes.set(subject, change);
    }
    return change;
  }

  /** Writes the changes; part of a commit. */
  save(): void {
    for (const [subject, { messages, added, removed }] of this.#changes) {
      this.#sql.save.run(
        subject,
        BigInt(messages),
        BigInt(added),
        BigInt(removed),
      );
      if (messages <= 0) this.#sql.clean.run(subject);
    }
    this.#changes = new Map();
  }

  /** Returns the number of the last message of a subject. */
  last(subject: string): number | undefined {
    const change = this.#changes.get(subject);
    const stored = Number(this.#sql.last.get(subject)?.last ?? -1);
    return this.#resolve(subject, change, stored);
  }

  #resolve(
    subject: string,
    change: Change | undefined,
    stored: number,
  ): number | undefined {
    const last = Math.max(stored, change?.added ?? 0);
    if (last < 0) return undefined;
    if (last > (change?.removed ?? 0)) return last;
    // It was removed, so that one before it is the last, if there is any.
    const found = this.#sql.find.get(subject);
    return found && Number(found.last);
  }

  /** Returns the numbers of the last messages of all subjects that match. */
  lastSequences(filter: SubjectFilter): readonly number[] {
    const stored = new Map<string, number>();
    for (const { subject, last } of this.#sql.all.all()) {
      stored.set(String(subject), Number(last));
    }
    const found: number[] = [];
    for (
      const subject of new Set([...stored.keys(), ...this.#changes.keys()])
    ) {
      if (!filter.test(subject)) continue;
      const last = this.#resolve(
        subject,
        this.#changes.get(subject),
        stored.get(subject) ?? -1,
      );
      if (last !== undefined) found.push(last);
    }
    return found.sort((one, other) => one - other);
  }
}
