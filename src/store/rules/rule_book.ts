/**
 * The rules of all collections, and what each means for who asks.
 *
 * @module
 */
import { ALL, type Filter, NONE } from "../query/filter.ts";
import { parseFilter } from "../query/filter_parser.ts";
import type { QueryCollection, QuerySchema } from "../query/query_schema.ts";
import { resolvePath } from "../query/resolve_path.ts";
import type { Collection } from "../schema/collection.ts";
import type { Identity } from "../schema/identity.ts";
import type { Rule, RuleName } from "../schema/rule.ts";
import { bindRequest, requestPartsOf } from "./bind_request.ts";
import { checkRuleText } from "./check_rule.ts";
import type { RuleRequest } from "./rule_request.ts";

/** Rules of identities that are kept. */
const MAX_KEPT = 10_000;

/** A rule that is ready to be used. */
type ReadyRule =
  | { readonly kind: "fixed"; readonly filter: Filter }
  | {
    readonly kind: "text";
    readonly filter: Filter;
    /** Whether it depends on who asks alone, and not on what they ask. */
    readonly isOfIdentity: boolean;
  }
  | {
    readonly kind: "function";
    readonly rule: Extract<Rule, (...of: never[]) => unknown>;
    readonly isOfIdentity: boolean;
  };

const NO_DATA: Readonly<Record<string, unknown>> = {};
const RULE_NAMES = ["list", "view", "create", "update", "delete"] as const;

/**
 * The rules of a store. A rule of one identity is evaluated once, however many
 * lists, records and subscribers it is asked for.
 */
export class RuleBook {
  readonly #rules = new Map<string, ReadyRule>();
  readonly #collections = new Map<string, QueryCollection>();
  /** By rule and identity, the one that was used longest ago first. */
  readonly #kept = new Map<string, Filter>();
  readonly #keys = new WeakMap<object, string>();

  /**
   * Makes the rules of collections ready.
   *
   * @throws {TypeError} if the text of a rule does not parse, or names a field
   * that there is not; its `cause` is the error of the text
   */
  constructor(collections: readonly Collection[], schema: QuerySchema) {
    for (const { name, rules } of collections) {
      const queried = schema.get(name);
      if (queried !== undefined) this.#collections.set(name, queried);
      for (const rule of RULE_NAMES) {
        const ready = readyRule(name, rule, rules[rule], schema);
        if (ready !== undefined) this.#rules.set(`${name}/${rule}`, ready);
      }
    }
  }

  /**
   * Returns the filter that records must meet for somebody to do something with
   * them. Where there is no rule nobody may, but superusers.
   *
   * @throws {TypeError} if the function of a rule returns no boolean and no filter
   */
  filterOf(
    collection: string,
    rule: RuleName,
    who: Identity,
    request: RuleRequest = {},
  ): Filter {
    if (who?.kind === "superuser") return ALL;
    const name = `${collection}/${rule}`;
    const ready = this.#rules.get(name);
    if (ready === undefined) return NONE;
    if (ready.kind === "fixed") return ready.filter;
    if (!ready.isOfIdentity) {
      return this.#evaluated(collection, rule, ready, who, request);
    }
    const key = `${name}/${this.#keyOf(who)}`;
    const known = this.#kept.get(key);
    if (known !== undefined) {
      this.#kept.delete(key);
      this.#kept.set(key, known);
      return known;
    }
    const filter = this.#evaluated(collection, rule, ready, who, {});
    this.#kept.set(key, filter);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MAX_KEPT && oldest !== undefined) {
      this.#kept.delete(oldest);
    }
    return filter;
  }

  #evaluated(
    collection: string,
    rule: RuleName,
    ready: Exclude<ReadyRule, { kind: "fixed" }>,
    who: Identity,
    request: RuleRequest,
  ): Filter {
    if (ready.kind === "function") {
      const outcome = ready.rule(who, request.body ?? NO_DATA);
      return filterFrom(`${rule} of ${collection}`, outcome);
    }
    const queried = this.#collections.get(collection);
    return queried === undefined
      ? NONE
      : bindRequest(ready.filter, who, request, queried);
  }

  /** All of the identity: a rule may depend on any value of its record. */
  #keyOf(who: Identity): string {
    if (who === null) return "";
    const known = this.#keys.get(who);
    if (known !== undefined) return known;
    const key = JSON.stringify(
      who,
      (_, value) => typeof value === "bigint" ? `${value}n` : value,
    );
    this.#keys.set(who, key);
    return key;
  }
}

function readyRule(
  collection: string,
  name: RuleName,
  rule: Rule | undefined,
  schema: QuerySchema,
): ReadyRule | undefined {
  if (rule === undefined) return undefined;
  if (typeof rule === "boolean") {
    return { kind: "fixed", filter: rule ? ALL : NONE };
  }
  if (typeof rule === "function") {
    const isOfIdentity = name !== "create" && name !== "update";
    return { kind: "function", rule, isOfIdentity };
  }
  const filter = parsedRule(collection, name, rule, schema);
  const parts = requestPartsOf(filter);
  if (parts.size === 0) return { kind: "fixed", filter };
  const isOfIdentity = [...parts].every((part) => part === "auth");
  return { kind: "text", filter, isOfIdentity };
}

function parsedRule(
  collection: string,
  name: RuleName,
  text: string,
  schema: QuerySchema,
): Filter {
  try {
    const filter = parseFilter(text, { isRule: true });
    checkRuleText(
      filter,
      (field) => resolvePath(field, { schema, collection }),
    );
    return filter;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TypeError(
      `Cannot use the rule ${name} of ${collection}: ${reason}`,
      { cause },
    );
  }
}

/** Filters are made by code that the compiler may not have seen. */
function filterFrom(what: string, outcome: unknown): Filter {
  if (typeof outcome === "boolean") return outcome ? ALL : NONE;
  if (isFilter(outcome)) return outcome;
  throw new TypeError(
    `Cannot use the rule ${what}: it returns ${
      typeof outcome === "object" && outcome !== null && "then" in outcome
        ? "a promise"
        : outcome === null
        ? "null"
        : `a value of type ${typeof outcome}`
    }, it must return true, false or a filter`,
  );
}

const FILTER_KINDS = ["compare", "and", "or", "not", "all", "none"];

function isFilter(value: unknown): value is Filter {
  return typeof value === "object" && value !== null && "kind" in value &&
    FILTER_KINDS.some((kind) => kind === value.kind);
}
