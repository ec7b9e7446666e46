/**
 * What the HTTP interface needs of a store: records under the rules of whoever
 * asks, and several writes that are done or not as one.
 *
 * @module
 */
import type { Engine } from "../engine/engine.ts";
import type { Collection } from "../schema/collection.ts";
import type { Identity } from "../schema/identity.ts";
import type { Fields } from "./request_fields.ts";

/** A record as it is shown to whoever asks, with what is expanded in `expand`. */
export type ServedRecord = Readonly<Record<string, unknown>>;

/** One write of a record. */
export type RecordWrite =
  | {
    readonly kind: "create";
    readonly collection: string;
    readonly data: Fields;
  }
  | {
    readonly kind: "update";
    readonly collection: string;
    readonly id: string;
    readonly data: Fields;
  }
  /** An update if `data.id` is that of a record, otherwise a create. */
  | {
    readonly kind: "upsert";
    readonly collection: string;
    readonly data: Fields;
  }
  | {
    readonly kind: "delete";
    readonly collection: string;
    readonly id: string;
  };

/** What a list is made of. */
export interface RecordQuery {
  /** In the language of filters; empty for all. */
  readonly filter: string;
  /** Such as `-created,title`; empty for any order. */
  readonly sort: string;
  /** Records at most. */
  readonly limit: number;
  /** Records that are left out before them. */
  readonly offset: number;
  /** Relations that are expanded, such as `owner,tags.group`; empty for none. */
  readonly expand: string;
}

/** A store under the rules of one identity. */
export interface ServedRecords {
  /** Resolves to the records that may be listed. */
  list(
    collection: string,
    query: RecordQuery,
  ): Promise<readonly ServedRecord[]>;
  /** Resolves to how many records may be listed. */
  count(collection: string, filter: string): Promise<number>;
  /** Resolves to a record that may be viewed. */
  get(collection: string, id: string, expand: string): Promise<ServedRecord>;
  /**
   * Does all of these or none; resolves to the records afterwards, `null` for
   * one that was deleted.
   */
  write(
    writes: readonly RecordWrite[],
  ): Promise<readonly (ServedRecord | null)[]>;
}

/** The parts of a store that the HTTP interface uses. */
export interface ServedStore {
  /** The collections by their names. */
  readonly collections: ReadonlyMap<string, Collection>;
  /** The change log. */
  readonly engine: Pick<Engine, "cursor" | "changesSince" | "subscribe">;
  /** Returns the store under the rules of an identity. */
  as(identity: Identity): ServedRecords;
}
