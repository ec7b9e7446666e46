/**
 * What somebody may do with the records of a store, as one condition of SQL and
 * as a predicate.
 *
 * @module
 */
import { RuleRefusedError } from "../errors.ts";
import { ALL, type Filter } from "../query/filter.ts";
import {
  type FilterPredicate,
  filterPredicate,
} from "../query/filter_predicate.ts";
import { filterSql } from "../query/filter_sql.ts";
import type { QuerySchema } from "../query/query_schema.ts";
import { joinSql, type Sql, sql } from "../query/sql.ts";
import type { Identity } from "../schema/identity.ts";
import type { RuleName } from "../schema/rule.ts";
import type { RuleBook } from "./rule_book.ts";
import type { RuleRequest } from "./rule_request.ts";

/** Who asks, what they ask, and when. */
export interface AccessOptions {
  readonly rules: RuleBook;
  readonly schema: QuerySchema;
  /** Who asks; `"program"` is the program itself, for which no rule counts. */
  readonly who: Identity | "program";
  readonly now: Date;
  /** Default: nothing is known of it. */
  readonly request?: RuleRequest | undefined;
}

/** What somebody may do at one moment. */
export class Access {
  readonly #options: AccessOptions;

  /** Makes what somebody may do. */
  constructor(options: AccessOptions) {
    this.#options = options;
  }

  /** Whether no rule counts and nothing is hidden. */
  get isFree(): boolean {
    const { who } = this.#options;
    return who === "program" || who?.kind === "superuser";
  }

  /** When it is. */
  get now(): Date {
    return this.#options.now;
  }

  /** The collections. */
  get schema(): QuerySchema {
    return this.#options.schema;
  }

  /** Returns the filter of a rule for who asks. */
  filterOf(collection: string, rule: RuleName): Filter {
    const { rules, who, request } = this.#options;
    return who === "program"
      ? ALL
      : rules.filterOf(collection, rule, who, request);
  }

  /**
   * Checks that there is something that somebody may create, so that who may
   * create nothing learns nothing of what is wrong with it.
   *
   * @throws {RuleRefusedError} if there is not.
   */
  checkCreate(collection: string): void {
    if (this.filterOf(collection, "create").kind !== "none") return;
    throw new RuleRefusedError(
      // The text of a refusal by a condition: which of both it is does not show.
      `Cannot write to the store: a rule of ${collection} refuses the record as it would be`,
    );
  }

  /** Where a filter of who asks is used. */
  callerContext(collection: string): {
    readonly schema: QuerySchema;
    readonly collection: string;
    readonly now: Date;
    readonly isCaller: boolean;
    readonly guard: ((collection: string) => Filter) | undefined;
  } {
    const { schema, now } = this.#options;
    const guard = this.isFree
      ? undefined
      : (other: string) => this.filterOf(other, "list");
    return { schema, collection, now, isCaller: !this.isFree, guard };
  }

  /**
   * Returns the condition of the records with which somebody may do something
   * and that a filter of theirs selects, for a statement that selects from the
   * table of the collection by its own name.
   *
   * @throws {QueryError} if the filter does not fit the schema
   */
  condition(collection: string, rule: RuleName, caller: Filter = ALL): Sql {
    const { schema, now } = this.#options;
    const allowed = this.filterOf(collection, rule);
    const parts: Sql[] = [];
    if (allowed.kind !== "all") {
      parts.push(filterSql(allowed, { schema, collection, now }));
    }
    if (caller.kind !== "all") {
      parts.push(filterSql(caller, this.callerContext(collection)));
    }
    if (parts.length === 0) return filterSql(ALL, { schema, collection, now });
    return sql`(${joinSql(parts, " AND ")})`;
  }

  /** Returns the predicate with the outcome of {@linkcode condition}. */
  predicate(
    collection: string,
    rule: RuleName,
    caller: Filter = ALL,
  ): FilterPredicate {
    const { schema, now } = this.#options;
    const allowed = filterPredicate(
      this.filterOf(collection, rule),
      { schema, collection, now },
    );
    if (caller.kind === "all") return allowed;
    const selected = filterPredicate(caller, this.callerContext(collection));
    return (record, related) =>
      allowed(record, related) && selected(record, related);
  }
}
