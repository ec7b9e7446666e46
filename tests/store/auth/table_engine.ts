/**
 * The part of an engine that authentication uses, on SQLite in memory and on
 * this thread: for tests of what the real one cannot show, such as how many
 * reads there were.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import type {
  Change,
  Engine,
  Row,
  Statement,
  StepOutcome,
  WriteStep,
} from "../../../src/store/engine/engine.ts";
import { RecordNotFoundError } from "../../../src/store/errors.ts";

const COLUMNS = `id TEXT PRIMARY KEY, created TEXT, updated TEXT,
  email TEXT UNIQUE, emailVisibility INTEGER, verified INTEGER, name TEXT,
  passwordHash TEXT, tokenKey TEXT`;

export class TableEngine {
  readonly #db = new DatabaseSync(":memory:");
  readonly #listeners = new Set<(changes: readonly Change[]) => void>();
  /** How many reads and writes there were. */
  reads = 0;
  writes = 0;
  /** Called before each read, and each write. */
  before: (() => Promise<void> | void) | undefined;

  constructor() {
    for (const table of ["users", "clients", "_superusers"]) {
      this.#db.exec(`CREATE TABLE "${table}" (${COLUMNS}) STRICT`);
    }
  }

  /** This as an engine; what authentication does not use is missing. */
  get engine(): Engine {
    const used: Pick<Engine, "read" | "write" | "subscribe"> = {
      read: async (statement) => {
        await this.before?.();
        this.reads++;
        return this.query(statement);
      },
      write: async ({ steps }) => {
        await this.before?.();
        this.writes++;
        this.#db.exec("BEGIN IMMEDIATE");
        const changes: Change[] = [];
        try {
          const done = steps.map((step) => this.#step(step, changes));
          this.#db.exec("COMMIT");
          for (const listener of this.#listeners) listener(changes);
          return { steps: done, cursor: "0" };
        } catch (error) {
          this.#db.exec("ROLLBACK");
          throw error;
        }
      },
      subscribe: (listener) => {
        this.#listeners.add(listener);
        return {
          [Symbol.dispose]: () => void this.#listeners.delete(listener),
        };
      },
    };
    return used as Engine;
  }

  query({ sql, values }: Statement): Row[] {
    return this.#db.prepare(sql).all(...values.map(bound)) as Row[];
  }

  close(): void {
    this.#db.close();
  }

  #step(step: WriteStep, changes: Change[]): StepOutcome {
    const none = { before: null, after: null, rows: [], changed: 0 };
    if (step.kind === "run") {
      const rows = this.query(step.statement);
      const [{ changed } = { changed: 0 }] = this.query({
        sql: "SELECT changes() AS changed",
        values: [],
      });
      return { ...none, rows, changed: Number(changed) };
    }
    if (step.kind === "create") {
      const names = Object.keys(step.row);
      this.query({
        sql: `INSERT INTO "${step.collection}" (${names}) VALUES (${
          names.map(() => "?")
        })`,
        values: Object.values(step.row),
      });
      return none;
    }
    const { collection, id, condition } = step;
    const expected = step.kind === "update" ? step.expected ?? {} : {};
    const where = [
      "id = ?",
      ...Object.keys(expected).map((name) => `${name} = ?`),
      ...condition === undefined ? [] : [`(${condition.sql})`],
    ].join(" AND ");
    const values = [
      id,
      ...Object.values(expected),
      ...condition?.values ?? [],
    ];
    const row = step.kind === "update" ? step.row : {};
    const sql = step.kind === "update"
      ? `UPDATE "${collection}" SET ${
        Object.keys(row).map((name) => `${name} = ?`)
      } WHERE ${where} RETURNING id`
      : `DELETE FROM "${collection}" WHERE ${where} RETURNING id`;
    const [done] = this.query({
      sql,
      values: [...Object.values(row), ...values],
    });
    if (done === undefined) throw new RecordNotFoundError("no such record");
    const { kind } = step;
    const at = Date.now();
    changes.push({
      cursor: "0",
      collection,
      id,
      kind,
      record: null,
      before: null,
      at,
    });
    return none;
  }
}

function bound(value: Row[string]): Row[string] {
  return typeof value === "number" ? BigInt(value) : value;
}
