/**
 * Migrations: what has to be done once to a file that there is.
 *
 * @module
 */
import {
  checkArray,
  checkOptionNames,
  checkString,
  type OptionNames,
} from "../checks/internal.ts";
import type { MigrationPlan } from "./engine/protocol.ts";

/** What has to be done once to a file, when collections have changed. */
export interface Migration {
  /** Its name, which no other has. */
  readonly name: string;
  /** Statements of SQL, which are run in one transaction. */
  readonly up: readonly string[];
}

const NAMES: OptionNames<Migration> = { name: true, up: true };

/**
 * Returns migrations with the hashes by which a changed one is known.
 *
 * @throws {TypeError} as a rejection, if one has the wrong type, or two have one
 * name.
 */
export async function migrationPlans(
  migrations: readonly Migration[],
): Promise<MigrationPlan[]> {
  checkArray("migrations", migrations, "an array of migrations");
  const names = new Set<string>();
  const plans: MigrationPlan[] = [];
  for (const migration of migrations) {
    checkOptionNames("a migration", migration, NAMES);
    const { name, up } = migration;
    checkString("the name of a migration", name);
    checkArray(`up of ${name}`, up, "an array of statements");
    for (const sql of up) checkString(`a statement of ${name}`, sql);
    if (names.has(name)) {
      throw new TypeError(
        `Cannot use migration ${name}: its name is that of another, it must have its own`,
      );
    }
    names.add(name);
    plans.push({ name, statements: [...up], hash: await hashOf(name, up) });
  }
  return plans;
}

async function hashOf(name: string, up: readonly string[]): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify([name, up]));
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}
