/**
 * What is done with a file before it is used: whose it is, its migrations, and
 * whether its tables are those of the collections.
 *
 * @module
 */
import { CHANGES_TABLE, LOG_TABLE } from "./change_log.ts";
import type { Database } from "./database.ts";
import { failing, failureOf } from "./failure.ts";
import type { MigrationPlan, WriterPlan } from "./protocol.ts";
import { compareTables } from "./table_difference.ts";

/** "TRSt" in the header of the file marks it as ours. */
const APPLICATION_ID = 0x54525374;
/** The version of the tables that a store has for itself. */
const FORMAT = 1;

/**
 * Makes a new file ready, or one that there is.
 *
 * @throws {FailureError} if it is another program's, a migration fails or was
 * changed, or the tables are not those of the collections.
 */
export function prepareFile(database: Database, plan: WriterPlan): void {
  const isNew = checkOurs(database);
  const mode = database.value("PRAGMA journal_mode = WAL");
  if (mode !== "wal") {
    throw failing(
      "file",
      `its journal mode is ${mode} and cannot be WAL, which needs a local disk`,
    );
  }
  database.exec(`
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = OFF;
    BEGIN IMMEDIATE;
    PRAGMA application_id = ${APPLICATION_ID};
    PRAGMA user_version = ${FORMAT};
    CREATE TABLE IF NOT EXISTS "_migrations" (
      "position" INTEGER PRIMARY KEY,
      "name" TEXT NOT NULL,
      "hash" TEXT NOT NULL,
      "at_ms" INTEGER NOT NULL
    ) STRICT;
    ${CHANGES_TABLE};
    ${LOG_TABLE};
    COMMIT;
  `);
  migrate(database, plan, isNew);
  inTransaction(database, () => {
    for (const sql of plan.extra) database.exec(sql);
    compareTables(database, plan.ddl);
  });
  database.forget();
}

/**
 * Returns whether a file is new.
 *
 * @throws {FailureError} if it is another program's, or of another version.
 */
export function checkOurs(database: Database): boolean {
  const tables = Number(database.value("SELECT count(*) FROM sqlite_schema"));
  const id = Number(database.value("PRAGMA application_id"));
  const format = Number(database.value("PRAGMA user_version"));
  const isNew = tables === 0 && id === 0 && format === 0;
  if (!isNew && id !== APPLICATION_ID) {
    throw failing("corrupt", "it is a database of another program");
  }
  if (!isNew && format !== FORMAT) {
    throw failing(
      "corrupt",
      `its format is ${format}, and this version reads ${FORMAT}`,
    );
  }
  return isNew;
}

/** Runs the migrations that were not run; a new file needs none. */
function migrate(
  database: Database,
  { migrations }: WriterPlan,
  isNew: boolean,
): void {
  const done = database.prepare(
    `SELECT "name", "hash" FROM "_migrations" ORDER BY "position"`,
  ).all();
  for (const [position, [name, hash]] of done.entries()) {
    const listed = migrations[position];
    if (listed?.name === name && listed?.hash === hash) continue;
    throw failing(
      "migration",
      listed === undefined
        ? `migration ${name} was run on this file and is not listed, list it again or use the program that has it`
        : listed.name === name
        ? `migration ${name} was run on this file and has changed since, write it as it was and add another one`
        : `migration ${name} was run on this file where ${listed.name} is listed, list new ones at the end`,
    );
  }
  for (const [position, migration] of migrations.entries()) {
    if (position < done.length) continue;
    inTransaction(database, () => {
      if (!isNew) run(database, migration);
      database.prepare(`INSERT INTO "_migrations" VALUES (?, ?, ?, ?)`).run(
        BigInt(position),
        migration.name,
        migration.hash,
        BigInt(Date.now()),
      );
    });
  }
}

function run(database: Database, { name, statements }: MigrationPlan): void {
  try {
    for (const sql of statements) database.exec(sql);
    const broken = database.raw.prepare("PRAGMA foreign_key_check").get();
    if (broken !== undefined) {
      throw new Error(
        `a relation of ${broken.table} would point to no record of ${broken.parent}`,
      );
    }
  } catch (error) {
    const failure = failureOf(error);
    const reason = "text" in failure ? failure.text : String(error);
    throw failing(
      "migration",
      `migration ${name} has failed, and nothing of it was done: ${reason}`,
    );
  }
}

function inTransaction(database: Database, action: () => void): void {
  database.exec("BEGIN IMMEDIATE");
  try {
    action();
    database.exec("COMMIT");
  } catch (error) {
    if (database.isInTransaction) database.exec("ROLLBACK");
    throw error;
  }
}
