/**
 * What a rule of a collection is. What it means is in the folder `rules`.
 *
 * @module
 */
import type { Filter } from "../query/filter.ts";
import type { Identity } from "./identity.ts";

/** What can be done with the records of a collection. */
export type RuleName = "list" | "view" | "create" | "update" | "delete";

/**
 * Who may do something with which records: `true` for everybody, `false` for
 * superusers alone, a text in the language of filters, or a function of who asks
 * (and of what is written) that returns `true`, `false` or a filter.
 */
export type Rule =
  | boolean
  | string
  | ((
    who: Identity,
    data: Readonly<Record<string, unknown>>,
  ) => boolean | Filter);

/** The rules of a collection. What has none is for superusers alone. */
export type Rules = Readonly<Partial<Record<RuleName, Rule>>>;
