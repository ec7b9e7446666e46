/**
 * The records that filters look at besides the one that has changed, read when
 * one of them asks for it.
 *
 * @module
 */
import type { Engine, Row, Statement } from "../engine/engine.ts";
import type {
  PredicateRecord,
  RelatedRecords,
} from "../query/filter_predicate.ts";

/** What is needed to read related records. */
export interface RelatedPort {
  readonly engine: Pick<Engine, "read">;
  /** Returns a record as predicates see it. */
  readonly recordOf: (collection: string, row: Row) => PredicateRecord;
  /** Whether the field of a collection holds a list of ids. */
  readonly isList: (collection: string, field: string) => boolean;
}

/** A filter can lead through so many relations, one after another. */
const MAX_ROUNDS = 16;

/** Records that may relate to one. */
const MAX_REFERRING = 10_000;

/** The related records of one change, shared by all who look at it. */
export class RelatedCache {
  readonly #port: RelatedPort;
  readonly #read = new Map<string, readonly PredicateRecord[]>();
  readonly #reading = new Map<string, Promise<void>>();

  /** Creates a cache in which nothing is read yet. */
  constructor(port: RelatedPort) {
    this.#port = port;
  }

  /**
   * Resolves to what `decide` returns when everything is there that it asks
   * for. It is called again whenever something had to be read.
   */
  async decide(decide: (related: RelatedRecords) => boolean): Promise<boolean> {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const missing = new Map<string, Statement & { collection: string }>();
      const find = (collection: string, statement: Statement) => {
        const key = JSON.stringify([statement.sql, statement.values]);
        const found = this.#read.get(key);
        if (found === undefined) missing.set(key, { ...statement, collection });
        return found ?? [];
      };
      const outcome = decide({
        get: (collection, id) => find(collection, byId(collection, id))[0],
        referring: (collection, field, id) => {
          const isList = this.#port.isList(collection, field);
          return find(collection, byField(collection, field, id, isList));
        },
      });
      if (missing.size === 0) return outcome;
      await Promise.all(
        Array.from(missing, ([key, statement]) => this.#load(key, statement)),
      );
    }
    throw new Error("A filter leads through too many relations");
  }

  #load(
    key: string,
    { collection, sql, values }: Statement & { collection: string },
  ): Promise<void> {
    let reading = this.#reading.get(key);
    if (reading === undefined) {
      const { engine, recordOf } = this.#port;
      reading = engine.read({ sql, values }, { maxRows: MAX_REFERRING })
        .then((rows) => {
          const records = rows.map((row) => recordOf(collection, row));
          this.#read.set(key, records);
        });
      this.#reading.set(key, reading);
    }
    return reading;
  }
}

// The names are those of the schema, which are letters, digits and `_`.

function byId(collection: string, id: string): Statement {
  return { sql: `SELECT * FROM "${collection}" WHERE "id" = ?`, values: [id] };
}

function byField(
  collection: string,
  field: string,
  id: string,
  isList: boolean,
): Statement {
  const condition = isList
    ? `EXISTS (SELECT 1 FROM json_each("${field}") WHERE "value" = ?)`
    : `"${field}" = ?`;
  return {
    sql: `SELECT * FROM "${collection}" WHERE ${condition}`,
    values: [id],
  };
}
