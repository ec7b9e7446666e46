/**
 * What a store holds for the presets: the names and numbers that its collections
 * and the requests of the presets have in common.
 *
 * @module
 */

/** The accounts that a store has for load tests. */
export const ACCOUNTS = 10;
/** The password of all of them. */
export const PASSWORD = "for load tests alone";
/** The records of each filled collection. */
export const RECORDS = 1000;
/** The records of a list. */
export const LISTED = 100;

/** The most bytes of a file. */
export const MAX_FILE_BYTES = 67_108_864;

/** The names of the collections. */
export const COLLECTIONS = {
  users: "load_users",
  tasks: "load_tasks",
  reports: "load_reports",
  ticks: "load_ticks",
  files: "load_files",
} as const;

/** Ids have 15 characters, of which the last 7 are a number from here on. */
const FIRST = 1_000_001;

/** Returns the address of an account by its number, from 1. */
export function accountAddress(number: number | string): string {
  return `load-${number}@example.com`;
}

/** Returns the id of a record by its number, from 1. */
export function recordId(
  of: keyof typeof COLLECTIONS,
  number: number,
): string {
  return prefixOf(of) + String(FIRST + number - 1);
}

/** Refers to the id of any of the first records. */
export function anyRecordId(
  of: keyof typeof COLLECTIONS,
  count: number,
): string {
  return `${prefixOf(of)}\${random.int(${FIRST},${FIRST + count - 1})}`;
}

function prefixOf(of: keyof typeof COLLECTIONS): string {
  return `load${of}`.slice(0, 8).padEnd(8, "0");
}
