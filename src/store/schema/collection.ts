/**
 * Collections, and the types of their records.
 *
 * @module
 */
import type {
  AddressField,
  BoolField,
  Field,
  FieldInput,
  Fields,
  FieldValue,
  Presence,
} from "./field.ts";
import { bool, email } from "./fields.ts";
import type { Rules } from "./rule.ts";
import { checkCollection, checkCollectionOptions } from "./check_collection.ts";
import type { StandardSchema } from "../../codec/internal.ts";

/** An index of a collection. */
export interface CollectionIndex {
  /** The fields, in the order of the index; at least one. */
  readonly fields: readonly string[];
  /**
   * Whether no two records may have the same values. Null is like no other.
   * @default {false}
   */
  readonly isUnique?: boolean;
}

/** What a collection is made of. */
export interface CollectionOptions<F extends Fields> {
  /** The fields by their names: a letter, then letters, digits and `_`. */
  readonly fields: F;
  /**
   * Its indexes, besides those that unique and relation fields have.
   * @default {[]}
   */
  readonly indexes?: readonly CollectionIndex[];
  /**
   * Who may do what; what has no rule is for superusers and the program alone.
   * @default {{}}
   */
  readonly rules?: Rules;
  /**
   * What checks a whole record, without the fields that are read only, after
   * each field was checked: a schema of a library with Standard Schema.
   */
  readonly validate?: StandardSchema;
}

/** Whether records are accounts that can sign in. */
export type CollectionKind = "base" | "auth";

/** What an account is written from beside its fields; it is never read. */
export interface PasswordInput {
  /** The password, of which a hash is kept. */
  readonly password?: string;
  /** The same again, if it was asked for twice. */
  readonly passwordConfirm?: string;
  /** The one that the account has; for accounts that change their own. */
  readonly oldPassword?: string;
}

/** The passwords of accounts; nothing where records are none. */
export type PasswordsOf<C extends Collection> = C["kind"] extends "auth"
  ? PasswordInput
  : unknown;

/** Records of one kind. */
export interface Collection<
  Name extends string = string,
  F extends Fields = Fields,
  Kind extends CollectionKind = CollectionKind,
> {
  /** Whether its records are accounts that can sign in. */
  readonly kind: Kind;
  /** The name of the collection. */
  readonly name: Name;
  /** The fields by their names, without `id`, `created` and `updated`. */
  readonly fields: F;
  /** The indexes of its table. */
  readonly indexes: readonly CollectionIndex[];
  /** Who may do what. */
  readonly rules: Rules;
  /** What checks a whole record. */
  readonly validate: StandardSchema | undefined;
}

/** The fields that all auth collections have. */
export type AuthFields = {
  /** The address with which an account signs in; no two have the same. */
  readonly email: AddressField<string, "required">;
  /** Whether others may see the address. */
  readonly emailVisibility: BoolField;
  /** Whether the address was verified. */
  readonly verified: BoolField;
};

/** Columns of auth collections that no record shows and no change log has. */
export const HIDDEN_COLUMNS: readonly ["passwordHash", "tokenKey"] = [
  "passwordHash",
  "tokenKey",
];

/** The fields that every record has. */
export type RecordBase = {
  /** The id: 15 characters, a-z and 0-9. */
  readonly id: string;
  /** When it was created, such as `2026-01-02 03:04:05.678Z`. */
  readonly created: string;
  /** When it was last changed, in the same form. */
  readonly updated: string;
};

/** A record as it is read. */
export type RecordOf<C extends Collection> =
  & RecordBase
  & { readonly [K in FieldNames<C, Presence>]: FieldValue<C["fields"][K]> };

/** What a record is created from. */
export type NewRecordOf<C extends Collection> =
  & { readonly id?: string }
  & PasswordsOf<C>
  & { readonly [K in FieldNames<C, "required">]: FieldInput<C["fields"][K]> }
  & { readonly [K in FieldNames<C, "optional">]?: FieldInput<C["fields"][K]> };

/** What is to be changed in a record. */
export type RecordChangesOf<C extends Collection> =
  & PasswordsOf<C>
  & {
    readonly [K in FieldNames<C, "required" | "optional">]?: FieldInput<
      C["fields"][K]
    >;
  };

/** The names of the fields of a collection that have to be, may be or cannot be given. */
export type FieldNames<C extends Collection, P extends Presence> = {
  [K in keyof C["fields"] & string]: C["fields"][K] extends
    { readonly presence: infer Q } ? Q extends P ? K : never : never;
}[keyof C["fields"] & string];

/**
 * Makes a collection of records.
 *
 * @param name A letter, then letters, digits and `_`; at most 63.
 * @throws {TypeError} if the name, a field, an index or a rule cannot be.
 */
export function collection<const Name extends string, const F extends Fields>(
  name: Name,
  options: CollectionOptions<F>,
): Collection<Name, F, "base"> {
  checkCollectionOptions("collection()", name, options);
  return made("base", name, options, options.fields);
}

/**
 * Makes a collection of accounts that can sign in. Beside its fields they have
 * `email`, `emailVisibility` and `verified`, and a password, which is never read.
 *
 * @param name A letter, then letters, digits and `_`; at most 63.
 * @throws {TypeError} if the name, a field, an index or a rule cannot be.
 */
export function authCollection<
  const Name extends string,
  const F extends Fields,
>(
  name: Name,
  options: CollectionOptions<F>,
): Collection<Name, F & AuthFields, "auth"> {
  checkCollectionOptions("authCollection()", name, options);
  const own: AuthFields = {
    email: email({ required: true }),
    emailVisibility: bool(),
    verified: bool(),
  };
  const taken = Object.keys(options.fields).find((field) =>
    Object.hasOwn(own, field)
  );
  if (taken !== undefined) {
    throw new TypeError(
      `Cannot use field ${
        JSON.stringify(taken)
      } of ${name}: auth collections have one of that name, leave it out`,
    );
  }
  return made("auth", name, {
    ...options,
    indexes: [
      { fields: ["email"], isUnique: true },
      ...options.indexes ?? [],
    ],
  }, { ...options.fields, ...own });
}

function made<
  Name extends string,
  F extends Fields,
  Kind extends CollectionKind,
>(
  kind: Kind,
  name: Name,
  options: CollectionOptions<Fields>,
  fields: F,
): Collection<Name, F, Kind> {
  const { indexes = [], rules = {}, validate } = options;
  const one = { kind, name, fields, indexes, rules, validate };
  checkCollection(one);
  return one;
}

/** The columns of a collection that hold values: generated ones too. */
export function columnsOf(collection: Collection): string[] {
  const own = Object.entries<Field>(collection.fields)
    .filter(([, { kind }]) => kind !== "computed").map(([name]) => name);
  return ["id", "created", "updated", ...own];
}
