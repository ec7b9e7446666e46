/**
 * Typed collections of records on SQLite.
 *
 * @module
 */
export * from "./errors.ts";
export {
  authCollection,
  type AuthFields,
  type Collection,
  collection,
  type CollectionIndex,
  type CollectionOptions,
  type FieldNames,
  type NewRecordOf,
  type RecordBase,
  type RecordChangesOf,
  type RecordOf,
} from "./schema/collection.ts";
export type * from "./schema/field.ts";
export {
  bool,
  computed,
  date,
  email,
  file,
  generated,
  integer,
  json,
  number,
  relation,
  select,
  text,
  url,
} from "./schema/fields.ts";
export type {
  FileOptions,
  JsonOptions,
  NumberOptions,
  RelationOptions,
  RequiredOption,
  SelectOptions,
  TextOptions,
} from "./schema/field_options.ts";
export type { Identity } from "./schema/identity.ts";
export type { Rule, RuleFilter, RuleName, Rules } from "./schema/rule.ts";
export type * from "./schema/standard_schema.ts";
