/**
 * Reads and their rows on the way between two threads, as text of JSON: many at
 * once cost a fraction of what copies of their objects would. A statement
 * crosses once and is a number from then on, and so are the names of its columns.
 *
 * @module
 */
import type { Database } from "./database.ts";
import { failureOf } from "./failure.ts";
import type { Outcome, ReadCall, RowSet, Values } from "./protocol.ts";
import { fromWire, isPlain, toWire, type WireValue } from "./wire_values.ts";

/** Statements that both sides know by number, at most: then they begin anew. */
const MAX_STATEMENTS = 500;

/** A read: its statement, its limit, its values, and what is new of it. */
type WireRead = readonly [
  statement: number,
  maxRows: number,
  values: readonly WireValue[],
  sql?: string,
  isLimited?: 0 | 1,
];

interface WireReads {
  /** Whether the numbers begin anew. */
  readonly isNew: boolean;
  readonly reads: readonly WireRead[];
}

/**
 * What a line of a reply is, by its first letter: rows that JSON has as they are,
 * rows with values that are marked, or a failure. Rows have the names of their
 * columns behind a tab the first time. No text of JSON has a tab or the end of a
 * line in it.
 */
const PLAIN = "p";
const MARKED = "m";
const FAILURE = "f";

interface SentStatement {
  readonly id: number;
  columns: readonly string[] | undefined;
}

/** Reads that have been made a message of. */
export interface SentReads {
  readonly text: string;
  /** Makes their outcomes of the reply; in the order in which they were sent. */
  outcomesOf(reply: string): readonly Outcome<RowSet>[];
}

/** The side that asks. */
export class ReadSender {
  #limited = new Map<string, SentStatement>();
  #others = new Map<string, SentStatement>();
  #last = 0;

  /** Makes a message of reads. */
  send(calls: readonly ReadCall[]): SentReads {
    const isNew = this.#last >= MAX_STATEMENTS;
    if (isNew) {
      this.#limited = new Map();
      this.#others = new Map();
      this.#last = 0;
    }
    const statements: SentStatement[] = [];
    const reads = calls.map((call): WireRead => {
      const { sql, maxRows, isLimited = false } = call;
      const values = call.values.map(toWire);
      const known = isLimited ? this.#limited : this.#others;
      const sent = known.get(sql);
      if (sent !== undefined) {
        statements.push(sent);
        return [sent.id, maxRows, values];
      }
      const statement = { id: this.#last++, columns: undefined };
      known.set(sql, statement);
      statements.push(statement);
      return [statement.id, maxRows, values, sql, isLimited ? 1 : 0];
    });
    const message: WireReads = { isNew, reads };
    return {
      text: JSON.stringify(message),
      outcomesOf(reply) {
        return reply.split("\n").map((line, i) =>
          outcomeOf(line, statements[i])
        );
      },
    };
  }
}

function outcomeOf(
  line: string,
  statement: SentStatement | undefined,
): Outcome<RowSet> {
  if (line.startsWith(FAILURE)) return { failure: JSON.parse(line.slice(1)) };
  const tab = line.indexOf("\t");
  if (tab >= 0 && statement !== undefined) {
    statement.columns = JSON.parse(line.slice(tab + 1));
  }
  return { value: new ReadRows(line, statement?.columns ?? []) };
}

/** Rows that are made when they are asked for: then they are soon gone again. */
class ReadRows implements RowSet {
  readonly columns: readonly string[];
  readonly #line: string;

  constructor(line: string, columns: readonly string[]) {
    this.#line = line;
    this.columns = columns;
  }

  get rows(): readonly Values[] {
    const tab = this.#line.indexOf("\t");
    const text = this.#line.slice(1, tab < 0 ? undefined : tab);
    if (this.#line.startsWith(PLAIN)) return JSON.parse(text);
    const rows: readonly (readonly WireValue[])[] = JSON.parse(text);
    return rows.map((row) => row.map(fromWire));
  }
}

interface KnownStatement {
  readonly sql: string;
  readonly isLimited: boolean;
  hasSentColumns: boolean;
}

/** The side that reads. */
export class ReadReceiver {
  #statements: KnownStatement[] = [];

  /** Reads each on its own, and makes a message of what has come of them. */
  replyTo(text: string, database: Database): string {
    const { isNew, reads }: WireReads = JSON.parse(text);
    if (isNew) this.#statements = [];
    const readAll = () =>
      reads.map((one) => this.#read(one, database)).join("\n");
    return reads.length === 1 ? readAll() : database.together(readAll);
  }

  /** Returns text: it is less work for the collector than rows that wait. */
  #read(
    [id, maxRows, values, sql, isLimited]: WireRead,
    database: Database,
  ): string {
    if (sql !== undefined) {
      this.#statements[id] = {
        sql,
        isLimited: isLimited === 1,
        hasSentColumns: false,
      };
    }
    // The other side has sent it before it uses its number.
    const statement = this.#statements[id] as KnownStatement;
    try {
      const { columns, rows } = database.read({
        sql: statement.sql,
        isLimited: statement.isLimited,
        maxRows,
        values: values.map(fromWire),
      });
      const line = lineOf(rows);
      if (statement.hasSentColumns) return line;
      statement.hasSentColumns = true;
      return `${line}\t${JSON.stringify(columns)}`;
    } catch (error) {
      return FAILURE + JSON.stringify(failureOf(error));
    }
  }
}

function lineOf(rows: readonly Values[]): string {
  return rows.every((row) => row.every(isPlain))
    ? PLAIN + JSON.stringify(rows)
    : MARKED + JSON.stringify(rows.map((row) => row.map(toWire)));
}
