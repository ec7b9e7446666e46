/**
 * What the page of a store is sent of it: plain data, as JSON.
 *
 * @module
 */
import type { QueryPlan } from "./query/query_plan.ts";
import type { CollectionIndex } from "./schema/collection.ts";
import type { RuleName } from "./schema/rule.ts";

/** A field of a collection, as the page shows it. */
export interface FieldState {
  readonly name: string;
  readonly kind: string;
  /** What else it says of itself, as JSON. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** A collection, as the page shows it. */
export interface CollectionState {
  readonly name: string;
  readonly kind: "base" | "auth";
  readonly fields: readonly FieldState[];
  readonly indexes: readonly CollectionIndex[];
  /** Each rule as a text. */
  readonly rules: Readonly<Record<RuleName, string>>;
}

/** A slow query without the values of its filter. */
export interface SlowQueryState {
  readonly kind: string;
  readonly collection: string;
  readonly filter: string;
  readonly sort: string;
  readonly count: number;
  readonly meanMs: number;
  readonly maxMs: number;
  readonly lastAt: number;
  readonly plan?: QueryPlan | undefined;
}

/** A store, as the page shows it. */
export interface StorePageState {
  /** The path of its API, such as `/api/`. */
  readonly api: string;
  readonly collections: readonly CollectionState[];
  /** The names of its stored functions. */
  readonly functions: readonly string[];
  readonly slowQueries: readonly SlowQueryState[];
  /** Milliseconds from which on a query is slow. */
  readonly slowMs: number;
}
