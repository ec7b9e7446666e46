/**
 * Creates, changes and deletes records, and logs each change in the same
 * transaction. What relations do to a delete is done here and not by SQLite, as
 * each record that goes with another has its own change.
 *
 * @module
 */
import { momentText } from "../schema/moment.ts";
import type { ChangeLog } from "./change_log.ts";
import type { Database } from "./database.ts";
import type { Condition, Row, SqlValue, WriteStep } from "./engine.ts";
import { failing, FailureError, failureOf, isOfFile } from "./failure.ts";
import { RecordFiles } from "./record_files.ts";
import type {
  RelationPlan,
  StepValues,
  TablePlan,
  Values,
} from "./protocol.ts";

type Create = Extract<WriteStep, { kind: "create" }>;
type Update = Extract<WriteStep, { kind: "update" }>;
type Delete = Extract<WriteStep, { kind: "delete" }>;

/** A relation that points to a collection, with the one that it belongs to. */
interface Incoming {
  readonly from: TablePlan;
  readonly relation: RelationPlan;
}

/** Records that one delete may take with it, at most. */
const MAX_CASCADE = 10_000;

/** Writes the records of all collections. */
export class RecordWriter {
  readonly #database: Database;
  readonly #log: ChangeLog;
  readonly #files: RecordFiles;
  readonly #tables: ReadonlyMap<string, TablePlan>;
  readonly #incoming = new Map<string, Incoming[]>();

  constructor(
    database: Database,
    log: ChangeLog,
    tables: readonly TablePlan[],
  ) {
    this.#database = database;
    this.#log = log;
    this.#files = new RecordFiles(database);
    this.#tables = new Map(tables.map((table) => [table.name, table]));
    for (const from of tables) {
      for (const relation of from.relations) {
        const incoming = this.#incoming.get(relation.target) ?? [];
        incoming.push({ from, relation });
        this.#incoming.set(relation.target, incoming);
      }
    }
  }

  /** Does one step, or throws and has maybe done a part of it. */
  step(step: WriteStep, now: number): StepValues {
    switch (step.kind) {
      case "create":
        return this.#create(step, now);
      case "update":
        return this.#update(step, now);
      case "delete":
        return this.#delete(step, now);
      case "run": {
        checkTexts(step.statement.values);
        const { rows, changed } = this.#database.run(step.statement);
        return { before: null, after: null, rows, changed };
      }
    }
  }

  #create(step: Create, now: number): StepValues {
    const { collection, row, condition, files = [] } = step;
    const table = this.#table(collection);
    let after: Values;
    try {
      after = this.#insert(table, row);
    } catch (error) {
      // What is taken, and what there is, is not for whom the rule refuses.
      if (
        isOfFile(failureOf(error)) || this.#wouldMeet(table, row, condition)
      ) {
        throw error;
      }
      throw refused(table);
    }
    this.#checkAfter(table, after, condition);
    const id = idOf(table, after);
    this.#files.link(table, { id, before: null, after }, files, now);
    this.#log.add(table, "create", null, after, now);
    return { before: null, after, rows: null, changed: 1 };
  }

  #insert(table: TablePlan, row: Row): Values {
    this.#checkRelations(table, row);
    const names = Object.keys(row);
    const values = Object.values(row);
    checkTexts(values);
    const after = this.#database.prepare(
      `INSERT INTO ${sqlName(table.name)} (${
        names.map(sqlName).join(", ")
      }) VALUES (${names.map(() => "?").join(", ")}) RETURNING ${
        columnsSql(table)
      }`,
    ).get(...values);
    if (after === undefined) throw failing("sql", "no row was returned");
    return after;
  }

  /** Whether a record that could not be created would meet a condition. */
  #wouldMeet(
    { name, columns }: TablePlan,
    row: Row,
    condition: Condition | undefined,
  ): boolean {
    if (condition === undefined) return true;
    const names = [...new Set([...columns, ...Object.keys(row)])];
    const values = names.map((name) => row[name] ?? null);
    const found = this.#database.prepare(
      `SELECT 1 FROM (SELECT ${
        names.map((name) => `? AS ${sqlName(name)}`).join(", ")
      }) AS ${sqlName(name)} WHERE (${condition.sql})`,
    ).get(...values, ...condition.values);
    return found !== undefined;
  }

  #update(step: Update, now: number): StepValues {
    const { collection, id, row, condition, conditionAfter, expected } = step;
    const table = this.#table(collection);
    const before = this.#find(table, id, condition, expected);
    this.#checkRelations(table, row);
    const after = this.#set(table, id, row);
    this.#checkAfter(table, after, conditionAfter);
    this.#files.link(table, { id, before, after }, step.files ?? [], now);
    this.#log.add(table, "update", before, after, now);
    return { before, after, rows: null, changed: 1 };
  }

  #set(table: TablePlan, id: SqlValue, row: Row): Values {
    const names = Object.keys(row);
    const values = Object.values(row);
    checkTexts(values);
    const sets = names.map((name) =>
      // The clock may have been set back.
      name === "updated"
        ? `"updated" = max("updated", ?)`
        : `${sqlName(name)} = ?`
    );
    const after = this.#database.prepare(
      `UPDATE ${sqlName(table.name)} SET ${sets.join(", ")} WHERE "id" = ?` +
        ` RETURNING ${columnsSql(table)}`,
    ).get(...values, id);
    if (after === undefined) throw notFound(table, id);
    return after;
  }

  #delete({ collection, id, condition }: Delete, now: number): StepValues {
    const table = this.#table(collection);
    const before = this.#find(table, id, condition, undefined);
    this.#remove(table, before, now, new Set());
    return { before, after: null, rows: null, changed: 1 };
  }

  /** Deletes a record, and before it what must not be without it. */
  #remove(
    table: TablePlan,
    before: Values,
    now: number,
    removed: Set<string>,
  ): void {
    const id = idOf(table, before);
    removed.add(keyOf(table, id));
    if (removed.size > MAX_CASCADE) {
      throw failing(
        "in_use",
        `more than ${MAX_CASCADE} records would be deleted with it, delete some of them first`,
      );
    }
    for (const incoming of this.#incoming.get(table.name) ?? []) {
      this.#letGo(incoming, table, id, now, removed);
    }
    this.#database.prepare(
      `DELETE FROM ${sqlName(table.name)} WHERE "id" = ?`,
    ).run(id);
    this.#files.link(table, { id, before, after: null }, [], now);
    this.#log.add(table, "delete", before, null, now);
  }

  /** Does to the records that point to one what their relation says. */
  #letGo(
    { from, relation }: Incoming,
    table: TablePlan,
    id: string,
    now: number,
    removed: Set<string>,
  ): void {
    const { field, isMany, isRequired, onDelete } = relation;
    const name = sqlName(field);
    const found = this.#database.prepare(
      `SELECT ${columnsSql(from)} FROM ${sqlName(from.name)} WHERE ${
        isMany
          ? `EXISTS (SELECT 1 FROM json_each(${name}) WHERE value = ?)`
          : `${name} = ?`
      }`,
    ).all(id);
    for (const row of found) {
      const its = idOf(from, row);
      if (removed.has(keyOf(from, its))) continue;
      // What was found may have been changed by what was deleted since.
      const before = this.#get(from, its);
      if (before === undefined) continue;
      const at = from.columns.indexOf(field);
      const left = isMany ? without(String(before[at]), id) : null;
      const isEmpty = left === null || left === "[]";
      if (onDelete === "cascade" && (isEmpty || !isMany)) {
        this.#remove(from, before, now, removed);
      } else if (
        onDelete === "restrict" || (isRequired && isEmpty)
      ) {
        throw failing(
          "in_use",
          `${table.name} ${id} is in use: ${field} of ${from.name} ${its} points to it`,
        );
      } else {
        const updated = momentText(now);
        const after = this.#set(from, its, { [field]: left, updated });
        this.#log.add(from, "update", before, after, now);
      }
    }
  }

  #get(table: TablePlan, id: SqlValue): Values | undefined {
    return this.#database.prepare(
      `SELECT ${columnsSql(table)} FROM ${sqlName(table.name)} WHERE "id" = ?`,
    ).get(id);
  }

  #find(
    table: TablePlan,
    id: string,
    condition: Condition | undefined,
    expected: Row | undefined,
  ): Values {
    const guards = Object.keys(expected ?? {}).map((name) =>
      ` AND ${sqlName(name)} IS ?`
    );
    const more = condition === undefined ? "" : ` AND (${condition.sql})`;
    const row = this.#database.prepare(
      `SELECT ${columnsSql(table)} FROM ${sqlName(table.name)} WHERE "id" = ?` +
        guards.join("") + more,
    ).get(id, ...Object.values(expected ?? {}), ...condition?.values ?? []);
    if (row === undefined) throw notFound(table, id);
    return row;
  }

  #checkAfter(
    table: TablePlan,
    after: Values,
    condition: Condition | undefined,
  ): void {
    if (condition === undefined) return;
    const found = this.#database.prepare(
      `SELECT 1 FROM ${
        sqlName(table.name)
      } WHERE "id" = ? AND (${condition.sql})`,
    ).get(idOf(table, after), ...condition.values);
    if (found !== undefined) return;
    throw refused(table);
  }

  /** Checks that what is pointed to is there. */
  #checkRelations(table: TablePlan, row: Row): void {
    for (const { field, target, isMany } of table.relations) {
      const value = row[field];
      if (value === undefined || value === null) continue;
      const ids: readonly string[] = isMany
        ? JSON.parse(String(value))
        : [String(value)];
      for (const id of ids) {
        // A record may point to itself.
        if (target === table.name && id === row.id) continue;
        const found = this.#database.prepare(
          `SELECT 1 FROM ${sqlName(target)} WHERE "id" = ?`,
        ).get(id);
        if (found !== undefined) continue;
        throw new FailureError({
          kind: "invalid",
          what: `a record of ${table.name}`,
          issues: [{
            path: field,
            value: JSON.stringify(id),
            needed: `the id of a record of ${target} that there is`,
          }],
        });
      }
    }
  }

  #table(name: string): TablePlan {
    const table = this.#tables.get(name);
    if (table !== undefined) return table;
    throw failing("sql", `there is no collection ${JSON.stringify(name)}`);
  }
}

/** Puts a name into SQL, whatever it is. */
function sqlName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function columnsSql({ columns }: TablePlan): string {
  return columns.map(sqlName).join(", ");
}

function idOf({ columns }: TablePlan, row: Values): string {
  return String(row[columns.indexOf("id")]);
}

function keyOf({ name }: TablePlan, id: string): string {
  return `${name} ${id}`;
}

function without(ids: string, id: string): string {
  const all: readonly string[] = JSON.parse(ids);
  return JSON.stringify(all.filter((one) => one !== id));
}

/** Checks texts that are written: SQLite cuts them at U+0000 when they are read. */
function checkTexts(values: readonly SqlValue[]): void {
  for (const value of values) {
    if (typeof value !== "string") continue;
    if (value.includes("\0") || !value.isWellFormed()) {
      throw new FailureError({
        kind: "invalid",
        what: "a value of SQL",
        issues: [{
          path: "",
          value: JSON.stringify(value.slice(0, 60)),
          needed: "a text without U+0000 and half surrogates",
        }],
      });
    }
  }
}

function refused({ name }: TablePlan): FailureError {
  return failing(
    "refused",
    `a rule of ${name} refuses the record as it would be`,
  );
}

function notFound({ name }: TablePlan, id: SqlValue): FailureError {
  return failing("not_found", `${name} has no such record: ${id}`);
}
