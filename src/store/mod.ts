/**
 * Typed collections of records on SQLite.
 *
 * @module
 */
export * from "./errors.ts";
export type { AuthCall, AuthResult } from "./auth/auth_call.ts";
export * from "./auth/auth_errors.ts";
export type { AuthMail, SendAuthMail } from "./auth/auth_mail.ts";
export type { AuthOptions } from "./auth/auth_options.ts";
export type { AuthStats } from "./auth/auth_stats.ts";
export { endedCookie, sessionCookie } from "./auth/credentials.ts";
export type { CredentialSource } from "./auth/credentials.ts";
export type { Keys, NewKey } from "./auth/keys.ts";
export type { KeyInfo, KeyOwner, Login, SessionInfo } from "./auth/login.ts";
export type { EndedSessions } from "./auth/sessions.ts";
export type { StoreAuth } from "./auth/store_auth.ts";
export {
  allOf,
  anyOf,
  type Comparison,
  type FieldModifier,
  type Filter,
  type FilterOperand,
  type FilterOperator,
  type FilterValue,
  type MomentName,
  noneOf,
  type RequestModifier,
} from "./query/filter.ts";
export {
  type FilterParameters,
  parseFilter,
  type ParseOptions,
} from "./query/filter_parser.ts";
export {
  QueryError,
  type QueryErrorCode,
  type QueryErrorDetails,
  type QueryPart,
} from "./query/query_error.ts";
export {
  type FieldWhere,
  type JsonWhere,
  type ListWhere,
  type OrderedWhere,
  type RelationsWhere,
  type RelationWhere,
  type TextWhere,
  type Where,
  where,
  type WhereOf,
} from "./query/where.ts";
export {
  authCollection,
  type AuthFields,
  type Collection,
  collection,
  type CollectionIndex,
  type CollectionKind,
  type CollectionOptions,
  type FieldNames,
  type NewRecordOf,
  type PasswordInput,
  type PasswordsOf,
  type RecordBase,
  type RecordChangesOf,
  type RecordOf,
} from "./schema/collection.ts";
export type * from "./schema/field.ts";
export type { FileInput, FileStream, NewFile } from "./schema/file_input.ts";
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
export type { Cursor } from "./engine/engine.ts";
export type {
  EngineStats,
  ReaderStats,
  WriterStats,
} from "./engine/engine_stats.ts";
export type { Migration } from "./migration.ts";
export type { CountOptions, ListOptions, RecordPage } from "./record_list.ts";
export type { GetOptions, RecordOptions, Records } from "./records.ts";
export type { Aggregate, AggregateRequest } from "./query/aggregate.ts";
export type { QueryPlan } from "./query/query_plan.ts";
export { restoreBackup } from "./restore_backup.ts";
export type { ChangeFeed } from "./realtime/change_feed.ts";
export {
  publishChanges,
  type PublishChangesOptions,
} from "./realtime/publish_changes.ts";
export { serveChanges } from "./realtime/serve_changes.ts";
export {
  serveStorePage,
  type ServeStorePageOptions,
  type StorePage,
} from "./serve_store_page.ts";
export type { Identity } from "./schema/identity.ts";
export type { Rule, RuleName, Rules } from "./schema/rule.ts";
export type {
  InputOf,
  OutputOf,
  SchemaIssue,
  SchemaResult,
  StandardSchema,
} from "../codec/internal.ts";
export {
  type FunctionInput,
  type FunctionOutput,
  type Store,
  store,
  type StoreStats,
  type StoreView,
  type SubscribeOptions,
} from "./store.ts";
export type { StoreFilesOptions } from "./files/files_options.ts";
export type { StoreHttpOptions } from "./http/options.ts";
export type { RequestInfo } from "./http/store_handler.ts";
export type {
  ChangeEvent,
  ChangeSubscription,
} from "./realtime/change_subscription.ts";
export type { ChangeAction } from "./realtime/seen_change.ts";
export type {
  ChangeLogOptions,
  StoredFunctions,
  StoreLimits,
  StoreOptions,
} from "./store_options.ts";
export type {
  QueryExample,
  QueryKind,
  SlowQuery,
  SlowQueryOptions,
} from "./slow_queries.ts";
export {
  type FunctionContext,
  type StoredFunction,
  storedFunction,
  type StoredFunctionOptions,
} from "./stored_function.ts";
