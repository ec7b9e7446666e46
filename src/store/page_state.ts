/**
 * What the page of a store shows of it.
 *
 * @module
 */
import type { Collection } from "./schema/collection.ts";
import type { Field } from "./schema/field.ts";
import type {
  CollectionState,
  FieldState,
  StorePageState,
} from "./page_contract.ts";
import type { Rule, RuleName } from "./schema/rule.ts";
import type { StoreParts } from "./store_parts.ts";

const RULES: readonly RuleName[] = [
  "list",
  "view",
  "create",
  "update",
  "delete",
];

/** Returns what the page is sent. */
export function pageState(parts: StoreParts, api: string): StorePageState {
  const { collections, queries, functionNames } = parts;
  return {
    api,
    collections: [...collections.values()].map(collectionState),
    functions: [...functionNames].sort(),
    slowQueries: queries.all.map(({ example: _, ...rest }) => rest),
    slowMs: queries.overMs,
  };
}

function collectionState(
  { name, kind, fields, indexes, rules }: Collection,
): CollectionState {
  const states: FieldState[] = [
    { name: "id", kind: "text", options: {} },
    ...Object.entries(fields).map(([name, field]) => fieldState(name, field)),
    { name: "created", kind: "date", options: {} },
    { name: "updated", kind: "date", options: {} },
  ];
  return {
    name,
    kind,
    fields: states,
    indexes,
    rules: Object.fromEntries(
      RULES.map((rule) => [rule, ruleText(rules[rule])]),
    ) as Record<RuleName, string>,
  };
}

function fieldState(name: string, field: Field): FieldState {
  const { kind, ...more } = field;
  const options = Object.entries(more).filter(([, value]) =>
    value !== "optional" && value !== Infinity && value !== -Infinity &&
    isPlain(value)
  );
  return { name, kind, options: Object.fromEntries(options) };
}

/** Functions and schemas have no text. */
function isPlain(value: unknown): boolean {
  return Array.isArray(value)
    ? value.every(isPlain)
    : ["string", "number", "boolean"].includes(typeof value);
}

function ruleText(rule: Rule | undefined): string {
  if (rule === undefined || rule === false) return "superusers alone";
  if (rule === true) return "everybody";
  return typeof rule === "string" ? rule : "a function";
}
