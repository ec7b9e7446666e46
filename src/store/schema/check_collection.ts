/**
 * Checks what a collection is made of.
 *
 * @module
 */
import {
  checkArray,
  checkBoolean,
  checkObject,
  checkOptionNames,
  checkString,
  type OptionNames,
  shown,
} from "../../checks/internal.ts";
import type {
  Collection,
  CollectionIndex,
  CollectionOptions,
} from "./collection.ts";
import type { Field, FieldKind, Fields } from "./field.ts";
import { checkSchema } from "./fields.ts";
import type { RuleName } from "./rule.ts";

const NAMES: OptionNames<CollectionOptions<Fields>> = {
  fields: true,
  indexes: true,
  rules: true,
  validate: true,
};
const INDEX: OptionNames<CollectionIndex> = { fields: true, isUnique: true };
const RULES: Readonly<Record<RuleName, true>> = {
  list: true,
  view: true,
  create: true,
  update: true,
  delete: true,
};
const KINDS: Readonly<Record<FieldKind, true>> = {
  text: true,
  number: true,
  integer: true,
  bool: true,
  email: true,
  url: true,
  date: true,
  select: true,
  json: true,
  relation: true,
  file: true,
  generated: true,
  computed: true,
};

/** What a name looks like. */
const NAME = /^[a-zA-Z][a-zA-Z0-9_]{0,62}$/;
/** Names of fields that mean something else, in lower case. */
const RESERVED = new Set([
  "id",
  "created",
  "updated",
  "expand",
  "collectionid",
  "collectionname",
  "password",
  "passwordconfirm",
  "passwordhash",
  "tokenkey",
  "rowid",
  "oid",
]);

/**
 * Checks the name of a collection, and that its options are some.
 *
 * @throws {TypeError} if they are not.
 */
export function checkCollectionOptions(
  of: string,
  name: unknown,
  options: CollectionOptions<Fields>,
): void {
  checkName("the name of a collection", name);
  if (/^sqlite_/i.test(name)) {
    throw new TypeError(
      `Cannot use the name of a collection: it is ${
        shown(name)
      }, it must not begin with sqlite_`,
    );
  }
  checkOptionNames(of, options, NAMES);
  checkObject(`fields of ${name}`, options.fields, "an object of fields");
}

/**
 * Checks a collection.
 *
 * @throws {TypeError} if something of it cannot be.
 */
export function checkCollection(collection: Collection): void {
  checkFields(collection);
  checkIndexes(collection);
  checkRules(collection);
  if (collection.validate !== undefined) {
    checkSchema("validate", collection.validate);
  }
}

function checkFields({ name, fields }: Collection): void {
  const seen = new Set<string>();
  for (const [field, { kind }] of Object.entries(fields)) {
    checkName(`the name of a field of ${name}`, field);
    const lower = field.toLowerCase();
    if (RESERVED.has(lower) || seen.has(lower)) {
      throw new TypeError(
        `Cannot use field ${
          shown(field)
        } of ${name}: it is taken, choose another name`,
      );
    }
    seen.add(lower);
    if (!Object.hasOwn(KINDS, kind ?? "")) {
      throw new TypeError(
        `Cannot use field ${
          shown(field)
        } of ${name}: it is no field, it must be made by text(), number() and the like`,
      );
    }
  }
  for (const [field, definition] of Object.entries<Field>(fields)) {
    if (definition.kind !== "computed") continue;
    const missing = definition.dependencies.find((one) =>
      !isStored(fields, one)
    );
    if (missing === undefined) continue;
    throw new TypeError(
      `Cannot use field ${
        shown(field)
      } of ${name}: it depends on ${missing}, it must depend on fields that are not computed`,
    );
  }
}

function checkIndexes({ name, fields, indexes }: Collection): void {
  checkArray(`indexes of ${name}`, indexes, "an array of indexes");
  for (const index of indexes) {
    checkOptionNames(`an index of ${name}`, index, INDEX);
    checkArray(
      `fields of an index of ${name}`,
      index.fields,
      "an array of names",
    );
    if (index.isUnique !== undefined) checkBoolean("isUnique", index.isUnique);
    const wrong = index.fields.find((field) => !isStored(fields, field));
    if (wrong === undefined && index.fields.length > 0) continue;
    throw new TypeError(
      `Cannot use an index of ${name}: ${
        wrong === undefined ? "it has no field" : `${shown(wrong)} is no field`
      }, it must have fields that are not computed`,
    );
  }
}

function checkRules({ name, rules }: Collection): void {
  checkOptionNames(`rules of ${name}`, rules, RULES);
  for (const [rule, value] of Object.entries(rules)) {
    if (["boolean", "string", "function"].includes(typeof value)) continue;
    throw new TypeError(
      `Cannot use the rule ${rule} of ${name}: it is ${
        shown(value)
      }, it must be true, false, a text or a function`,
    );
  }
}

/** Whether the database has a column for a field. */
function isStored(fields: Fields, name: string): boolean {
  if (name === "id" || name === "created" || name === "updated") return true;
  return Object.hasOwn(fields, name) && fields[name]?.kind !== "computed";
}

function checkName(what: string, name: unknown): asserts name is string {
  checkString(what, name);
  if (NAME.test(name)) return;
  throw new TypeError(
    `Cannot use ${what}: it is ${
      shown(name)
    }, it must be a letter and up to 62 letters, digits and _`,
  );
}
