/**
 * The accounts of a store: the records of its auth collections, with what no
 * record shows.
 *
 * @module
 */
import type { Engine, ReadOptions, Row } from "../engine/engine.ts";
import type { Collection } from "../schema/collection.ts";
import { SUPERUSERS } from "./auth_tables.ts";
import type { Identity } from "../schema/identity.ts";
import { accountKey } from "./session_cache.ts";

/** A record of an auth collection, and what it hides. */
export interface Account {
  readonly collection: string;
  readonly id: string;
  readonly email: string;
  readonly isVerified: boolean;
  /** Empty for an account that has no password. */
  readonly passwordHash: string;
  /** Changes with everything that ends the tokens of the account. */
  readonly tokenKey: string;
  /** The record, without what is hidden. */
  readonly record: Readonly<Record<string, unknown>>;
}

/** Makes a record of a row of a collection. */
export type ReadRecord = (
  collection: Collection,
  row: Row,
) => Readonly<Record<string, unknown>>;

/** Finds accounts. */
export class Accounts {
  readonly #engine: Engine;
  readonly #collections: ReadonlyMap<string, Collection>;
  readonly #readRecord: ReadRecord;

  /** Takes the auth collections among all. */
  constructor(
    engine: Engine,
    collections: readonly Collection[],
    readRecord: ReadRecord,
  ) {
    this.#engine = engine;
    this.#collections = new Map(
      collections.filter(({ kind }) => kind === "auth")
        .map((one) => [one.name, one]),
    );
    this.#readRecord = readRecord;
  }

  /** Whether a collection is one of accounts. */
  has(collection: string): boolean {
    return this.#collections.has(collection);
  }

  /** The names of the fields of a collection. */
  fieldsOf(collection: string): readonly string[] {
    return Object.keys(this.#collections.get(collection)?.fields ?? {});
  }

  /** The name of a table, quoted; only names of collections become SQL. */
  table(collection: string): string {
    const known = this.#collections.get(collection);
    if (known === undefined) {
      throw new TypeError(
        `Cannot use collection: it is ${
          JSON.stringify(collection)
        }, it must be one of ${[...this.#collections.keys()].join(", ")}`,
      );
    }
    return `"${known.name}"`;
  }

  /** Resolves to the account of an id. */
  get(
    collection: string,
    id: string,
    options?: ReadOptions,
  ): Promise<Account | undefined> {
    return this.#find(collection, "id", id, options);
  }

  /** Resolves to the account with an address. */
  withEmail(
    collection: string,
    email: string,
    options?: ReadOptions,
  ): Promise<Account | undefined> {
    return this.#find(collection, "email", email, options);
  }

  async #find(
    collection: string,
    column: "id" | "email",
    value: string,
    options: ReadOptions = {},
  ): Promise<Account | undefined> {
    const [row] = await this.#engine.read({
      sql: `SELECT * FROM ${this.table(collection)} WHERE ${column} = ?`,
      values: [value],
    }, { ...options, maxRows: 1 });
    return row && this.#accountOf(collection, row);
  }

  #accountOf(collection: string, row: Row): Account {
    const { passwordHash, tokenKey, ...shown } = row;
    const known = this.#collections.get(collection);
    return {
      collection,
      id: textOf(row["id"]),
      email: textOf(row["email"]),
      isVerified: Boolean(row["verified"]),
      passwordHash: textOf(passwordHash),
      tokenKey: textOf(tokenKey),
      record: known === undefined ? {} : this.#readRecord(known, shown),
    };
  }
}

/** Returns who an account is, for rules. */
export function identityOf(
  { collection, id, record }: Account,
): NonNullable<Identity> {
  return collection === SUPERUSERS
    ? { kind: "superuser" }
    : { kind: "record", collection, id, record };
}

/** Returns the key of an account in caches and limits. */
export function keyOf({ collection, id }: Account): string {
  return accountKey(collection, id);
}

/**
 * Returns an address as it is stored and compared: without space around it, and
 * in lower case, as no two people have addresses that differ by that alone.
 */
export function normalEmail(email: string): string {
  return email.trim().toLowerCase();
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
