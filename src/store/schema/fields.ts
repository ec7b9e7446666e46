/**
 * The functions that make the fields of a collection.
 *
 * @module
 */
import {
  checkBoolean,
  checkFunction,
  checkMethods,
  checkNoArguments,
  checkOneOf,
  checkOptionNames,
  checkString,
  resolveNumbers,
} from "../../checks/internal.ts";
import { kindOf } from "../../checks/internal.ts";
import type {
  AddressField,
  BoolField,
  ComputedField,
  DateField,
  FileField,
  GeneratedField,
  GeneratedType,
  GeneratedValue,
  JsonField,
  NumberField,
  OneOrMany,
  OrNull,
  Presence,
  PresenceIf,
  RelationField,
  SelectField,
  TextField,
} from "./field.ts";
import {
  FILE_NAMES,
  type FileOptions,
  JSON_NAMES,
  type JsonOptions,
  NUMBER_NAMES,
  type NumberOptions,
  RELATION_NAMES,
  type RelationOptions,
  REQUIRED_NAMES,
  type RequiredOption,
  SELECT_NAMES,
  type SelectOptions,
  TEXT_NAMES,
  type TextOptions,
} from "./field_options.ts";
import type { FileInput } from "./file_input.ts";
import { checkThumbSizes } from "./thumb_size.ts";
import type {
  InputOf,
  OutputOf,
  StandardSchema,
} from "../../codec/internal.ts";

/**
 * Makes a field of text.
 *
 * @param options May be left out; each option has its default.
 * @throws {TypeError} for an option of the wrong type.
 * @throws {RangeError} for an option that is out of its range.
 */
export function text<const R extends boolean = false>(
  options: TextOptions<R> = {},
): TextField<OrNull<string, R>, PresenceIf<R>> {
  checkOptionNames("text()", options, TEXT_NAMES);
  const presence = presenceOf(options);
  const { min, max } = resolveNumbers(options, {
    min: presence === "required" ? 1 : 0,
    max: 5000,
  }, {
    min: { min: 0, integer: true },
    max: { min: 1, integer: true, orInfinity: true },
  });
  checkOrder(min, max);
  const { pattern } = options;
  if (pattern !== undefined && !(pattern instanceof RegExp)) {
    throw new TypeError(
      `Cannot use pattern: it is ${kindOf(pattern)}, it must be a RegExp`,
    );
  }
  return { kind: "text", presence, min, max, pattern };
}

/**
 * Makes a field of a finite number.
 *
 * @param options May be left out; each option has its default.
 * @throws {TypeError} for an option of the wrong type.
 * @throws {RangeError} for an option that is out of its range.
 */
export function number<const R extends boolean = false>(
  options: NumberOptions<R> = {},
): NumberField<OrNull<number, R>, PresenceIf<R>> {
  return numeric("number", options);
}

/**
 * Makes a field of a whole number, of at most 2^53 - 1.
 *
 * @param options May be left out; each option has its default.
 * @throws {TypeError} for an option of the wrong type.
 * @throws {RangeError} for an option that is out of its range.
 */
export function integer<const R extends boolean = false>(
  options: NumberOptions<R> = {},
): NumberField<OrNull<number, R>, PresenceIf<R>> {
  return numeric("integer", options);
}

function numeric<R extends boolean>(
  kind: "number" | "integer",
  options: NumberOptions<R>,
): NumberField<OrNull<number, R>, PresenceIf<R>> {
  checkOptionNames(`${kind}()`, options, NUMBER_NAMES);
  const { min, max } = resolveNumbers(options, {
    min: -Infinity,
    max: Infinity,
  }, { min: {}, max: {} });
  checkOrder(min, max);
  return { kind, presence: presenceOf(options), min, max };
}

function checkOrder(min: number, max: number): void {
  if (min <= max) return;
  throw new RangeError(
    `Cannot use max: it is ${max}, it must be at least min, which is ${min}`,
  );
}

/**
 * Makes a field that is true or false: false where nothing is given.
 *
 * @throws {TypeError} if an argument is given.
 */
export function bool(): BoolField {
  checkNoArguments("bool()", arguments);
  return { kind: "bool", presence: "optional" };
}

/**
 * Makes a field of an e-mail address.
 *
 * @param options May be left out; each option has its default.
 * @throws {TypeError} for an option of the wrong type.
 */
export function email<const R extends boolean = false>(
  options: RequiredOption<R> = {},
): AddressField<OrNull<string, R>, PresenceIf<R>> {
  checkOptionNames("email()", options, REQUIRED_NAMES);
  return { kind: "email", presence: presenceOf(options) };
}

/**
 * Makes a field of the address of a page: `http:` or `https:`.
 *
 * @param options May be left out; each option has its default.
 * @throws {TypeError} for an option of the wrong type.
 */
export function url<const R extends boolean = false>(
  options: RequiredOption<R> = {},
): AddressField<OrNull<string, R>, PresenceIf<R>> {
  checkOptionNames("url()", options, REQUIRED_NAMES);
  return { kind: "url", presence: presenceOf(options) };
}

/**
 * Makes a field of a moment. It takes a `Date` or text, and is read as text
 * such as `2026-01-02 03:04:05.678Z`.
 *
 * @param options May be left out; each option has its default.
 * @throws {TypeError} for an option of the wrong type.
 */
export function date<const R extends boolean = false>(
  options: RequiredOption<R> = {},
): DateField<OrNull<string, R>, PresenceIf<R>> {
  checkOptionNames("date()", options, REQUIRED_NAMES);
  return { kind: "date", presence: presenceOf(options) };
}

/**
 * Makes a field of one or some of a few texts.
 *
 * @param values What may be selected, at least one text.
 * @param options May be left out; each option has its default.
 * @throws {TypeError} for an option of the wrong type.
 * @throws {RangeError} for an option that is out of its range.
 */
export function select<
  const Values extends readonly string[],
  const R extends boolean = false,
  const Max extends number = 1,
>(
  values: Values,
  options: SelectOptions<R, Max> = {},
): SelectField<OneOrMany<Values[number], R, Max>, PresenceIf<R>> {
  checkTexts("values of select()", values, 1);
  checkOptionNames("select()", options, SELECT_NAMES);
  const max = countOf(options);
  return {
    kind: "select",
    presence: presenceOf(options),
    values: [...values],
    max,
  };
}

/**
 * Makes a field of whatever JSON can represent.
 *
 * @param options May be left out; each option has its default.
 * @throws {TypeError} for an option of the wrong type.
 * @throws {RangeError} for an option that is out of its range.
 */
export function json<
  const R extends boolean = false,
  S extends StandardSchema = StandardSchema,
>(
  options: JsonOptions<R, S> = {},
): JsonField<
  OrNull<OutputOf<S>, R>,
  PresenceIf<R>,
  OrNull<InputOf<S>, R>
> {
  checkOptionNames("json()", options, JSON_NAMES);
  const { maxBytes } = resolveNumbers(options, { maxBytes: 1_048_576 }, {
    maxBytes: { min: 1, integer: true },
  });
  const { schema } = options;
  if (schema !== undefined) checkSchema("schema", schema);
  return { kind: "json", presence: presenceOf(options), schema, maxBytes };
}

/**
 * Makes a field that points to records of a collection.
 *
 * @param target The name of that collection.
 * @param options May be left out; each option has its default.
 * @throws {TypeError} for an option of the wrong type.
 * @throws {RangeError} for an option that is out of its range.
 */
export function relation<
  const R extends boolean = false,
  const Max extends number = 1,
>(
  target: string,
  options: RelationOptions<R, Max> = {},
): RelationField<OneOrMany<string, R, Max>, PresenceIf<R>> {
  checkString("target of relation()", target);
  checkOptionNames("relation()", options, RELATION_NAMES);
  const { onDelete = "restrict" } = options;
  checkOneOf("onDelete", onDelete, ["cascade", "restrict", "set_null"]);
  const presence = presenceOf(options);
  return {
    kind: "relation",
    presence,
    target,
    max: countOf(options),
    onDelete,
  };
}

/**
 * Makes a field of files that belong to a record. It is written as a `File`, a
 * `Blob` or a stream with a name, and read as the name that the store has given
 * the file. Names that the record has can be written again; those that are left
 * out are removed with their files.
 *
 * @param options May be left out; each option has its default.
 * @throws {TypeError} for an option of the wrong type.
 * @throws {RangeError} for an option that is out of its range.
 */
export function file<
  const R extends boolean = false,
  const Max extends number = 1,
>(
  options: FileOptions<R, Max> = {},
): FileField<
  OneOrMany<string, R, Max>,
  PresenceIf<R>,
  OneOrMany<FileInput, R, Max>
> {
  checkOptionNames("file()", options, FILE_NAMES);
  const { types = [], isProtected = false, thumbs = [] } = options;
  checkTexts("types", types, 0);
  checkTexts("thumbs", thumbs, 0);
  checkThumbSizes(thumbs);
  checkBoolean("isProtected", isProtected);
  const { maxBytes } = resolveNumbers(options, { maxBytes: 5_242_880 }, {
    maxBytes: { min: 1, integer: true },
  });
  return {
    kind: "file",
    presence: presenceOf(options),
    maxBytes,
    types: [...types],
    max: countOf(options),
    isProtected,
    thumbs: [...thumbs],
  };
}

/**
 * Makes a field that the database makes from others of the record. It can be
 * filtered, sorted and indexed as others can.
 *
 * @param expression An expression of SQLite with names of fields, such as
 * `"points * 2"`. It is part of the program and never of an input.
 * @param type How its value is kept.
 * @throws {TypeError} for an argument of the wrong type.
 */
export function generated<const Type extends GeneratedType>(
  expression: string,
  type: Type,
): GeneratedField<GeneratedValue<Type>> {
  checkString("expression", expression);
  checkOneOf("type", type, ["text", "integer", "number"]);
  return { kind: "generated", presence: "read_only", expression, type };
}

/**
 * Makes a field that code makes from others of the record when it is read. It
 * cannot be filtered or sorted by.
 *
 * @param dependencies The fields from which it is made: the value is kept for as
 * long as they are the same.
 * @param compute Makes the value from a record that has those fields. It must
 * depend on nothing else, and not wait.
 * @throws {TypeError} for an argument of the wrong type.
 */
export function computed<
  const Names extends readonly string[],
  Source extends { readonly [Name in Names[number]]: unknown },
  Value,
>(
  dependencies: Names,
  compute: (record: Source) => Value,
): ComputedField<Value> {
  checkTexts("dependencies of computed()", dependencies, 1);
  checkFunction("compute", compute);
  return {
    kind: "computed",
    presence: "read_only",
    dependencies: [...dependencies],
    // `collection()` checks that there are such fields.
    compute: compute as ComputedField<Value>["compute"],
  };
}

function presenceOf<R extends boolean>(
  { required }: RequiredOption<R>,
): PresenceIf<R> {
  if (required !== undefined) checkBoolean("required", required);
  const presence: Presence = required === true ? "required" : "optional";
  return presence as PresenceIf<R>;
}

function countOf({ max }: { readonly max?: number }): number {
  return resolveNumbers(max === undefined ? {} : { max }, { max: 1 }, {
    max: { min: 1, integer: true, orInfinity: true },
  }).max;
}

/**
 * Checks a schema of a library.
 *
 * @throws {TypeError} if it is anything else.
 */
export function checkSchema(name: string, schema: unknown): void {
  const needed = "a schema with Standard Schema, such as one of Zod or Valibot";
  const standard = (typeof schema === "object" || typeof schema === "function")
    ? Reflect.get(schema ?? {}, "~standard")
    : undefined;
  if (standard === undefined) {
    throw new TypeError(
      `Cannot use ${name}: it is ${kindOf(schema)}, it must be ${needed}`,
    );
  }
  checkMethods(name, standard, ["validate"], needed);
}

function checkTexts(name: string, texts: unknown, min: number): void {
  const isRight = Array.isArray(texts) && texts.length >= min &&
    texts.every((one) => typeof one === "string" && one !== "") &&
    new Set(texts).size === texts.length;
  if (isRight) return;
  throw new TypeError(
    `Cannot use ${name}: it is ${kindOf(texts)}, it must be an array of ${
      min === 0 ? "" : "one or more "
    }texts, each once`,
  );
}
