/**
 * Reads of many messages in order. All of a read come as one row, as a row of
 * its own costs a message more than its bytes do.
 *
 * @module
 */
import { sizeOf } from "./message_size.ts";
import type { Bound, SqliteFile, Statement } from "./sqlite_file.ts";
import type { StoredMessage } from "./store.ts";
import type { SubjectFilter } from "./subject_filter.ts";

/** Messages that were found, those that only begin as the pattern does included. */
export interface FoundMessages {
  readonly found: readonly StoredMessage[];
  /** Whether there are no more. */
  readonly isAll: boolean;
}

/** What they are is read first, so that no more bytes are read than are wanted. */
interface Read {
  readonly heads: Statement;
  readonly payloads: Statement;
}

type Head = readonly [
  sequence: number,
  subject: string,
  timestampMs: number,
  length: number,
];

/** Reads the messages of one stream. */
export class SqliteReads {
  readonly #all: Read;
  readonly #prefix: Read;
  readonly #exact: Read;

  constructor(file: SqliteFile, id: number) {
    const read = (which: string): Read => {
      // Not by the index of subjects: the order is that of numbers.
      const from =
        `FROM messages_${id} WHERE sequence > ? AND sequence <= ?${which} ORDER BY sequence`;
      return {
        heads: file.prepare(
          `SELECT json_group_array(json_array(sequence, subject, at_ms, length(payload))) AS heads FROM (SELECT * ${from} LIMIT ?)`,
        ),
        payloads: file.prepare(
          `SELECT CAST(group_concat(payload, '') AS BLOB) AS payloads FROM (SELECT payload ${from})`,
        ),
      };
    };
    this.#all = read("");
    this.#prefix = read(" AND +subject > ? AND +subject < ?");
    this.#exact = read(" AND +subject = ?");
  }

  /** Reads messages above `after`, up to `through`, within both bounds. */
  read(
    after: number,
    through: number,
    { isExact, pattern, prefix }: SubjectFilter,
    maxMessages: number,
    maxBytes: number,
  ): FoundMessages {
    // "/" is what follows the dot that a prefix ends with.
    const [{ heads, payloads }, which]: [Read, Bound[]] = isExact
      ? [this.#exact, [pattern]]
      : prefix === ""
      ? [this.#all, []]
      : [this.#prefix, [prefix, `${prefix.slice(0, -1)}/`]];
    const from = BigInt(after);
    const row = heads.get(from, BigInt(through), ...which, BigInt(maxMessages));
    const there: readonly Head[] = JSON.parse(String(row?.heads));
    let count = 0;
    for (let bytes = 0; count < there.length && bytes < maxBytes; count++) {
      const [, subject, , length] = there[count] as Head;
      bytes += subject.length + length;
    }
    const wanted = there.slice(0, count);
    const [last] = wanted.at(-1) ?? [];
    if (last === undefined) return { found: [], isAll: true };
    const all = payloads.get(from, BigInt(last), ...which)?.payloads;
    let end = 0;
    return {
      found: wanted.map(([sequence, subject, timestampMs, length]) => {
        const bytes = (all as Uint8Array).subarray(end, end += length);
        const size = sizeOf(subject, bytes);
        return { sequence, subject, size, timestampMs, bytes };
      }),
      isAll: count === there.length && count < maxMessages,
    };
  }
}
