/**
 * The tables of authentication. They are no collections: nothing of them is in
 * the change log, and no query of a caller reads them.
 *
 * @module
 */
import type { Collection } from "../schema/collection.ts";
import { bool, email } from "../schema/fields.ts";

/** The statements that make the tables where they are not there: for the engine. */
export const AUTH_TABLES: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS "_sessions" (
    hash TEXT PRIMARY KEY,
    id TEXT NOT NULL,
    collection TEXT NOT NULL,
    account TEXT NOT NULL,
    tokenKey TEXT NOT NULL,
    label TEXT NOT NULL,
    created INTEGER NOT NULL,
    used INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    ends INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID`,
  `CREATE INDEX IF NOT EXISTS "_sessions_account"
    ON "_sessions" (collection, account, used)`,
  `CREATE INDEX IF NOT EXISTS "_sessions_expires" ON "_sessions" (expires)`,
  `CREATE TABLE IF NOT EXISTS "_mail_tokens" (
    hash TEXT PRIMARY KEY,
    purpose TEXT NOT NULL,
    collection TEXT NOT NULL,
    account TEXT NOT NULL,
    tokenKey TEXT NOT NULL,
    email TEXT NOT NULL,
    newEmail TEXT NOT NULL,
    created INTEGER NOT NULL,
    expires INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID`,
  `CREATE INDEX IF NOT EXISTS "_mail_tokens_account"
    ON "_mail_tokens" (collection, account, purpose, created)`,
  `CREATE INDEX IF NOT EXISTS "_mail_tokens_expires"
    ON "_mail_tokens" (expires)`,
  `CREATE TABLE IF NOT EXISTS "_keys" (
    hash TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    collection TEXT NOT NULL,
    account TEXT NOT NULL,
    created INTEGER NOT NULL,
    used INTEGER,
    expires INTEGER
  ) STRICT, WITHOUT ROWID`,
];

/** The name that PocketBase has for the collection of superusers. */
export const SUPERUSERS = "_superusers";

/**
 * The collection of superusers, which every store has. It has no rules, so it is
 * for the program and superusers alone.
 */
export const superusers: Collection = {
  kind: "auth",
  name: SUPERUSERS,
  fields: {
    email: email({ required: true }),
    emailVisibility: bool(),
    verified: bool(),
  },
  indexes: [{ fields: ["email"], isUnique: true }],
  rules: {},
  validate: undefined,
};
